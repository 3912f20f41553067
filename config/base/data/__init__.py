"""What models and rows share: columns, constraints, lifecycles, the outbox, clocks, text."""
