"""Tokens of the REST API."""
