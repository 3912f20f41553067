"""What the API shows and takes about SLA clocks."""
