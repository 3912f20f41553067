"""The account that the servers run under, and folders that it can reach."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import ServersUnavailable

SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 - survives a restart; every use checks owner and mode


@dataclass(frozen=True)
class Account:
    """A system account without rights of its own."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the account to start servers under, or None for the current one.

    PostgreSQL refuses to run as uid 0, so root runs the servers under an account that exists anyway.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServersUnavailable(
        "PostgreSQL does not run as root and there is no account named postgres or nobody: "
        "start as an ordinary user, or set DATABASE_URL."
    )


def can_reach(path: Path, account: Account) -> bool:
    """Whether the account may enter every folder on the way to an existing path."""
    resolved = path.resolve()
    return all(_may_enter(folder, account) for folder in (resolved, *resolved.parents))


def _may_enter(path: Path, account: Account) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def reachable_root() -> Path:
    """Return our own folder below /var/tmp that other accounts may enter but not write.

    Its name is predictable, so another user could have created it: it is used only if it is
    a real folder of this user that nobody else can write.
    """
    folder = SHARED_TEMPORARY / f"holdfast-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    except FileExistsError:
        status = folder.lstat()
        if (
            not stat.S_ISDIR(status.st_mode)
            or status.st_uid != os.geteuid()
            or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            raise ServersUnavailable(
                f"{folder} belongs to somebody else or others may write it: remove it and start again."
            ) from None
    return folder


def place_data(folder: Path, account: Account | None) -> Path:
    """Return where a server's data is: `folder`, or a substitute that the account can reach."""
    folder = folder.resolve()
    # Created in any case: it marks that there is data, here or in the substitute.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is None:
        return folder
    if not can_reach(folder.parent, account):
        folder = _substitute_folder(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
    _change_owner(folder, account)
    return folder


def current_data_folder(folder: Path) -> Path:
    """Return where the data of a folder is now: in its substitute, if there is one."""
    if (SHARED_TEMPORARY / f"holdfast-{os.geteuid()}").exists():
        substitute = _substitute_folder(folder.resolve())
        if substitute.exists():
            return substitute
    return folder


def _substitute_folder(folder: Path) -> Path:
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return reachable_root() / f"{folder.name}-{key}"


def _change_owner(folder: Path, account: Account) -> None:
    """Change the owner of a folder, also after an earlier run with another account."""
    if folder.stat().st_uid == account.uid:
        return
    for parent, _, files in os.walk(folder):
        os.chown(parent, account.uid, account.gid)
        for name in files:
            os.chown(Path(parent) / name, account.uid, account.gid, follow_symlinks=False)


def readable_copy(name: str, sources: list[Path], account: Account) -> Path:
    """Return a folder holding the sources that the account can execute from, copied once per `name`."""
    target = reachable_root() / name
    if target.is_dir():
        return target
    unfinished = reachable_root() / f"{name}.{os.getpid()}"
    for source in sources:
        shutil.copytree(source, unfinished / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for parent, folders, files in os.walk(unfinished):
        for entry in (*folders, *files):
            path = Path(parent) / entry
            path.chmod((path.stat().st_mode & 0o755) | (0o755 if path.is_dir() else 0o444))
    unfinished.chmod(0o755)
    try:
        unfinished.rename(target)
    except OSError:  # another process finished the same copy first
        shutil.rmtree(unfinished, ignore_errors=True)
    if not can_reach(target, account):
        raise ServersUnavailable(f"The account {account.name} cannot read {target}: check the rights of its parents.")
    return target
