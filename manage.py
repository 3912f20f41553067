#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:] == ["demo"]:
        # It starts the servers that the settings ask for, so it comes before the settings.
        os.chdir(Path(__file__).resolve().parent)
        os.execv(sys.executable, [sys.executable, "-m", "config.demo"])  # noqa: S606
    execute_from_command_line(sys.argv)
