"""The shared record, response, and the alerts that open it."""
