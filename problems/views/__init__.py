"""Pages of problems and known errors."""
