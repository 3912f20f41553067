"""The shared record, its timeline and its links."""
