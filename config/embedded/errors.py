"""Errors of the embedded servers; their messages say what to do."""


class ServersUnavailable(RuntimeError):
    """A server could not be started; the message says what to do about it."""


class FolderInUse(ServersUnavailable):
    """Another running process owns the data folder."""
