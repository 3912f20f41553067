"""Requesters: people who report trouble or ask for help."""
