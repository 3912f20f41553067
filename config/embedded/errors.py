"""What goes wrong with the embedded servers, in sentences a person can act on."""


class ServersUnavailable(RuntimeError):
    """A server could not be started; the message says what to do about it."""


class FolderInUse(ServersUnavailable):
    """Another running process owns the data folder."""
