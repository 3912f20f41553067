"""What the app does after the database was migrated."""

from typing import Any

from oncall.obligations import rules


def write_default_rules(**_: Any) -> None:
    """Give a new site the default rules of obligations; kinds that already have a rule are left alone."""
    rules.write_default_rules()
