"""Faults: real processes are killed, frozen and cut off, and a provider outside the product counts the pages."""
