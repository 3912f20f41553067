"""Run the demo: `python -m config.demo`; `make demo` and `manage.py demo` call it."""

import errno
import sys

from config.demo.options import DemoRefused, current_options
from config.demo.supervisor import Supervisor
from config.demo.terminal import print_line
from config.embedded.errors import FolderInUse, ServersUnavailable


def main() -> int:
    """Run until stopped and return the exit code."""
    try:
        Supervisor(current_options()).run()
    except (DemoRefused, FolderInUse) as refusal:
        print_line(str(refusal))
        return 1
    except ServersUnavailable as refusal:
        print_line(f"{refusal}\n\nIf the demo's data is broken, `make demo RESET=1` deletes it and starts again.")
        return 1
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            print_line("The disk is full: free some space and start again.")
            return 1
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
