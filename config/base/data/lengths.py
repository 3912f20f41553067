"""How long a text may be: one home for forms and the API, so that neither takes what the other refuses."""

LONG_TEXT = 20_000
"""A description, a note, a workaround: what somebody writes or pastes into a record."""
SHORT_TEXT = 5_000
"""A reason, an answer, what customers read: some sentences."""
CONFIG_TEXT = 10_000
"""The description of a record of configuration."""
ADDRESS = 200
"""The address of a page, as long as its column."""
TOO_LONG = "This has %(show_value)s characters, and %(limit_value)s fit. Shorten it: what you typed is still here."
"""What a form says of a longer text; it never cuts one."""
