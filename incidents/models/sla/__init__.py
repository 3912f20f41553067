"""SLA targets, the clocks of tickets, what was recorded about them, and corrections."""
