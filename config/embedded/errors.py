"""The one error of the embedded servers: a sentence a person can act on."""


class ServersUnavailable(RuntimeError):
    """A server could not be started; the message says what to do about it."""
