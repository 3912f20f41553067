"""The shared record: locking, status, timeline, links and story."""
