"""Checks whether a page would reach and wake a person."""
