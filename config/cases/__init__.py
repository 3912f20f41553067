"""Worked cases of `docs/cases.md`, loaded through the product's own models and answered by it."""
