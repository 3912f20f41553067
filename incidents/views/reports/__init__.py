"""Pages of the reports: times to acknowledge, restore and resolve, and the SLA report."""
