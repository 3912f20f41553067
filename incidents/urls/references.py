"""The start of every address of one ticket."""

TICKET = r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/"
