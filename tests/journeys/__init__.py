"""One story per file, through the product's own interfaces with its real processes."""
