"""The administration's own pages: the first page, a page for each task, all records, and what changed."""
