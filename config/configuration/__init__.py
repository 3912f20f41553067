"""Configuration as a file: exported from one system, compared with another one, and imported there."""
