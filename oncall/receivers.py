"""What the app does after the database was migrated."""

from typing import Any

from config.base.data import acting
from oncall.models import ApiToken
from oncall.obligations import rules


def write_default_rules(**_: object) -> None:
    """Give a new site the default rules of obligations; kinds that already have a rule are left alone."""
    rules.write_default_rules()


def note_token(history_instance: Any, **_: Any) -> None:
    """Say in the history of configuration which API token made the change."""
    token_id = acting.token_id()
    if token_id is not None and not history_instance.history_change_reason:
        name = ApiToken.objects.values_list("name", flat=True).get(pk=token_id)
        history_instance.history_change_reason = f"With token “{name}”"
