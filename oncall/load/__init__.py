"""How much on-call work asks of people, against a fair share."""
