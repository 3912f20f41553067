"""Tables of the list pages, a module a subject."""
