"""Forms of the portal, a module a subject."""
