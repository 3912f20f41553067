"""Endpoints of the REST API, a module a subject."""
