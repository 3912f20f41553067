"""Whether a page would wake somebody tonight."""
