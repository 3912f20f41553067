"""Runs the command on a database that has just been started or was named."""

import sys

import django
from django.core.management import CommandError, call_command
from django.db import connection


def evaluate(arguments: list[str], *, is_ours: bool) -> int:
    """Answer the cases in this process: another start of Django would cost a second."""
    django.setup()
    # Another's database with tables in it is migrated when its owner likes.
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
