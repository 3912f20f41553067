"""Loads the demo's company into a site and prints its logins: `python -m tests.journeys.company`."""

import json
import os
import sys
from datetime import UTC, datetime

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.demo.loading import load

    json.dump(load(at=datetime.now(UTC)), sys.stdout)
