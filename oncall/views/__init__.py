"""Pages of people, teams, standby, paging and the engine."""
