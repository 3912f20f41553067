"""Checklists: what is to be done on a ticket, in order, and who did it."""
