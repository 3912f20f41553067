"""Causes with a workaround, found again by what people say."""
