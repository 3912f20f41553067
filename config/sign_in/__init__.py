"""Signing in: our pages, and what allauth asks of us."""
