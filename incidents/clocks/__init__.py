"""The engine's work on SLA clocks: it sweeps them, and does what a warning or a breach asks for."""
