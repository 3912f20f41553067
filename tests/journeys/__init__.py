"""One story a file, told through the product's own doors with its real processes."""
