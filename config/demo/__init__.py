"""The demo: its fake servers, its company and its supervisor."""
