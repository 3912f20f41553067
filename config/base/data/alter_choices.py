"""A step of a migration that changes only which rows a form offers for a field: nothing in the database.

Django's own step builds the classes of all related models anew, and every model is related to accounts.
"""

from django.db.migrations import AlterField
from django.db.migrations.state import ProjectState


class AlterChoices(AlterField):
    """Changes `limit_choices_to` of a field; whatever else differs in `field` would not reach the database."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Note the field; classes that exist already stay, as their columns do."""
        built = state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
        if built is not None:
            state.__dict__["apps"] = built

    def database_forwards(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def database_backwards(self, *args: object, **kwargs: object) -> None:
        """Nothing."""
