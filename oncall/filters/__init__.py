"""Filters of lists; page, CSV and endpoint share them; a module a subject."""
