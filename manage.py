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
    if sys.argv[1:2] == ["evaluate_case"] and "--help" not in sys.argv:
        # It brings its own database where none is named, so it too comes before the settings.
        from config.cases.__main__ import main

        sys.exit(main(sys.argv[2:]))
    execute_from_command_line(sys.argv)
