"""The service catalogue: who answers for a service, and whether it is ready."""
