"""Carries out actions on tickets in a process of its own, many at a time: `python -m tests.faults.verbs`.

Each line of its input is a call, `{"id", "verb", "at": epoch second to begin, "arguments"}`; each line of its
output says how it went and when it was committed. People and teams are given by their ids.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

django.setup()

from django.db import OperationalError  # noqa: E402 - Django must be ready before models are imported
from django.utils import timezone  # noqa: E402

from config.base.data.conflicts import retry_conflicts  # noqa: E402
from config.base.data.lifecycle import IllegalMove  # noqa: E402
from incidents import response  # noqa: E402
from oncall.models import Team, User  # noqa: E402

_writing = threading.Lock()
THREADS = 12


def carry_out(call: dict[str, Any]) -> None:
    """Make one call at its time, and report."""
    time.sleep(max(0.0, call["at"] - time.time()))
    arguments = dict(call["arguments"])
    answer: dict[str, Any] = {"id": call["id"], "error": "", "began": time.time()}
    try:
        if "actor" in arguments:
            arguments["actor"] = User.objects.get(pk=arguments["actor"])
        if "team" in arguments:
            arguments["team"] = Team.objects.get(pk=arguments["team"])
        retry_conflicts(getattr(response, call["verb"]))(at=timezone.now(), **arguments)
    except (IllegalMove, response.TicketRefused) as error:
        answer["refused"] = str(error)
    except OperationalError as error:
        answer["error"] = f"{type(error).__name__}: {error}"
    except Exception as error:
        answer["error"] = f"{type(error).__name__}: {error}"
        raise
    finally:
        answer["committed"] = time.time()
        with _writing:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Take calls until the input ends."""
    with ThreadPoolExecutor(THREADS) as pool:
        for line in sys.stdin:
            pool.submit(carry_out, json.loads(line))


if __name__ == "__main__":
    main()
