"""Commands of incidents and what customers are told."""
