"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from config.embedded.accounts import Account
from config.embedded.errors import ServersUnavailable

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000
# Loaded here because nothing may be loaded between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signal_number: int, parent: int) -> None:
    """Ask the kernel to signal this process when its parent ends (Linux only)."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


@dataclass
class Child:
    """A program, its log file and the way it is stopped."""

    name: str
    command: Sequence[str]
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def is_running(self) -> bool:
        """Whether the program is alive now."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process number of the running program."""
        return self.process.pid if self.process is not None else None

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only the parent."""
        if threading.current_thread() is not threading.main_thread():
            # The kernel sends the signal when the *thread* ends that started the child.
            raise RuntimeError("start children from the main thread")
        with _open_log(self.log_file) as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                # After the change of user, which would clear the setting.
                preexec_fn=partial(die_with_parent, self.orphan_signal, os.getpid()),  # noqa: PLW1509 - main thread only
            )

    def ask_to_stop(self) -> None:
        """Send the stop signal without waiting."""
        if self.process is not None and self.is_running:
            self.process.send_signal(self.stop_signal)

    def stop(self, timeout: float = 10) -> int | None:
        """Stop the program, by force after the timeout, and return its exit code."""
        if self.process is None:
            return None
        self.ask_to_stop()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self._end_stragglers()
        return self.process.returncode

    def kill(self) -> None:
        """End the program and everything it started, at once."""
        if self.process is not None:
            self._end_stragglers()
            self.process.wait()

    def _end_stragglers(self) -> None:
        """Kill the remaining processes of the program's session."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        try:
            text = self.log_file.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def _open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; a long one is renamed first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".1.log"))
    return path.open("ab")


def await_predecessor(pid_file: Path, program: str, timeout: float = 20) -> None:
    """Wait for a server whose supervisor was killed and which is still writing its data."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            pid = int(pid_file.read_text().split()[0])
            running = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, ValueError, IndexError):
            return
        if not running.startswith(program):
            return
        time.sleep(0.05)
    raise ServersUnavailable(f"Another {program} (process {pid}) uses {pid_file.parent}: stop it first.")
