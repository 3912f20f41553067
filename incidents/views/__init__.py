"""Pages of the queue, tickets, alerts, the service catalog and integrations."""
