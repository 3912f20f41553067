"""Signing in: our pages, and our settings of allauth."""
