"""What on-call adds to pages, a module a subject."""
