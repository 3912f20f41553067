"""What goes over the network: outgoing calls, addresses, signatures, the broker."""
