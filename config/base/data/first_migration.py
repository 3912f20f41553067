"""A migration that makes an app's tables in one go, in the state they have at its end."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState


class FirstMigration(migrations.Migration):
    """The base of a generated first migration, which only creates.

    Django builds the classes of most models anew after every operation, which takes almost all of the time
    of a migration of hundreds of them. Fields, indexes and constraints that are added to a table of the same
    migration can as well be made with the table, so the classes are built once, after the last operation.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Make every table with all that the operations add to it."""
        creations = self._creations()
        state = project_state.clone()
        if "apps" in vars(state):
            del state.apps  # the classes of before; `state.apps` builds those of the end when it is read
        state = self.mutate_state(state, preserve=False)
        for creation in creations:
            creation.database_forwards(self.app_label, schema_editor, state, state)
        return state

    def _creations(self) -> list[CreateModel]:
        """The operations that make tables; refuse a migration in which the others do anything but add to these."""
        creations = [operation for operation in self.operations if isinstance(operation, CreateModel)]
        created = {creation.name_lower for creation in creations}
        for operation in self.operations:
            match operation:
                case CreateModel():
                    continue
                case AddField() | AddIndex() | AddConstraint() if operation.model_name_lower in created:
                    continue
            raise TypeError(f"{self}: only tables are made here, not: {operation.describe()}")
        return creations
