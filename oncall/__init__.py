"""People, time, reaching people."""
