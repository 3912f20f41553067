"""Pages of the queue and of tickets."""
