"""Walks every address as every kind of reader, and looks for what a reader may not see."""
