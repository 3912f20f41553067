"""What the app does when the database was brought up to date."""

from typing import Any

from oncall.obligations import rules


def write_default_rules(**_: Any) -> None:
    """Give a new site the standard rules of obligations; kinds that have a rule are left alone."""
    rules.write_default_rules()
