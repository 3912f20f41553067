"""Accounts, ways to reach people, and members of teams."""
