"""Pages of what customers are told, and the pages that they read."""
