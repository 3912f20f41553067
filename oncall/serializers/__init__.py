"""What the REST API shows and takes, a module a subject."""
