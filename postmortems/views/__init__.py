"""Pages of postmortems."""
