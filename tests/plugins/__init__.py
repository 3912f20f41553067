"""Plugins of pytest that keep the suite honest: who may be slow, who may try again, and what it all costs."""
