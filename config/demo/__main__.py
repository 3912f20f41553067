"""Run the demo: `python -m config.demo`, which `make demo` and `manage.py demo` come to."""

import errno
import sys

from config.demo.options import DemoRefused, asked_options
from config.demo.supervisor import Supervisor
from config.demo.terminal import say
from config.embedded.errors import FolderInUse, ServersUnavailable


def main() -> int:
    """Run until stopped and return the exit code."""
    try:
        Supervisor(asked_options()).run()
    except (DemoRefused, FolderInUse) as refusal:
        say(str(refusal))
        return 1
    except ServersUnavailable as refusal:
        say(f"{refusal}\n\nIf the demo's data are broken, `make demo RESET=1` throws them away and starts afresh.")
        return 1
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            say("The disk is full: free some space and start again.")
            return 1
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
