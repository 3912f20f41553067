"""Runs the command on our own database or on the one in DATABASE_URL."""

import sys

import django
from django.core.management import CommandError, call_command
from django.db import connection


def evaluate(arguments: list[str], *, is_ours: bool) -> int:
    """Answer the cases in this process: starting Django again would cost a second."""
    django.setup()
    # Do not migrate somebody else's database that has tables already.
    if is_ours or not connection.introspection.table_names():
        call_command("migrate", verbosity=0)
    try:
        call_command("evaluate_case", *arguments)
    except CommandError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    finally:
        connection.close()
    return 0
