"""Intake: a module for each dialect of senders, which reads their messages and answers in their format."""
