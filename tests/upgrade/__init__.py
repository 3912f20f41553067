"""Databases of earlier versions, and whether this version can take them over."""
