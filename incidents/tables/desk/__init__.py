"""Tables of the service desk, two lines a row."""
