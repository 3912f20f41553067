"""PostgreSQL and Redis out of wheels, for the demo, the tests and development."""
