"""A migration that builds the classes of models once for many operations, not anew after each of them.

Django builds the classes of a changed model, and of all that are related to it, after every operation. Here nearly
all are, so that is almost all of the time of a migration. Most operations only add to the schema: they can be applied
with the classes of before and of after all of them.
"""

from collections.abc import Iterator, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterConstraint,
    AlterField,
    AlterModelOptions,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class BatchedMigration(Migration):
    """The base of all migrations of this project; the result is the one of Django's own."""

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Apply the operations in their order, as Django does; returns the state after them."""
        if collect_sql or not schema_editor.atomic_migration:
            return super().apply(project_state, schema_editor, collect_sql)
        for batch in batches(self.operations):
            before, project_state = project_state, self._after(batch, project_state)
            for operation in batch.statements():
                operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state

    def unapply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Take the operations back in the opposite order; returns the state before them, as Django does."""
        one_way = not all(operation.reversible for operation in self.operations)
        if one_way or collect_sql or not schema_editor.atomic_migration:
            return super().unapply(project_state, schema_editor, collect_sql)
        steps = []
        after = project_state
        for batch in batches(self.operations):
            before, after = after, self._after(batch, after)
            steps.append((batch, before, after))
        for batch, before, after in reversed(steps):
            for operation in reversed(list(batch.statements())):
                operation.database_backwards(self.app_label, schema_editor, after, before)
        return project_state

    def _after(self, batch: "Batch", before: ProjectState) -> ProjectState:
        """The state after a batch; its classes are built when an operation first asks for them."""
        built = vars(before).pop("apps", None)
        after = before.clone()
        for operation in batch.operations:
            operation.state_forwards(self.app_label, after)
        if built is not None:
            before.apps = built
            if not batch.changes_models:
                after.apps = built
        return after


class Batch:
    """Operations that can be applied with the classes of before and of after all of them."""

    def __init__(self, first: Operation) -> None:
        self.operations = [first]
        self._created: set[str] = set()
        self._touched: set[tuple[str, str]] = set()
        self._is_closed = not _can_share(first)
        self._note(first)

    @property
    def changes_models(self) -> bool:
        """Whether the models differ after it."""
        return not all(_is_only_run(operation) for operation in self.operations)

    def add(self, operation: Operation) -> bool:
        """Take one more operation, unless it needs the classes between it and those before it."""
        if self._is_closed or not _can_share(operation) or not self._touched.isdisjoint(_touches(operation)):
            return False
        if isinstance(operation, AlterField | RemoveConstraint | RemoveIndex) and _model(operation) in self._created:
            return False
        self.operations.append(operation)
        self._note(operation)
        return True

    def statements(self) -> Iterator[Operation]:
        """What is applied to the database; what is added to a table of the batch is made with the table."""
        for operation in self.operations:
            is_with_table = isinstance(operation, AddField | AddIndex | AddConstraint)
            if not (is_with_table and _model(operation) in self._created):
                yield operation

    def _note(self, operation: Operation) -> None:
        self._touched |= _touches(operation)
        if isinstance(operation, CreateModel):
            self._created.add(operation.name_lower)


def batches(operations: Sequence[Operation]) -> Iterator[Batch]:
    """The operations in their order, as few batches as possible."""
    batch: Batch | None = None
    for operation in operations:
        if batch is not None and batch.add(operation):
            continue
        if batch is not None:
            yield batch
        batch = Batch(operation)
    if batch is not None:
        yield batch


_SHARED = (
    AddConstraint, AddField, AddIndex, AlterConstraint, AlterField, AlterModelOptions, CreateModel, RemoveConstraint,
    RemoveIndex,
)  # fmt: skip


def _can_share(operation: Operation) -> bool:
    """Whether it only names what it adds or changes; all other operations stand alone."""
    return isinstance(operation, _SHARED)


def _is_only_run(operation: Operation) -> bool:
    """Whether it is a statement or a function that works on rows."""
    return isinstance(operation, RunPython) or (isinstance(operation, RunSQL) and not operation.state_operations)


def _model(operation: Operation) -> str:
    return str(getattr(operation, "model_name", "")).lower()


def _touches(operation: Operation) -> set[tuple[str, str]]:
    """The field, index or constraint that it is about: the second operation about it needs what the first has made."""
    match operation:
        case AddField() | AlterField() | RemoveConstraint() | RemoveIndex() | AlterConstraint():
            return {(_model(operation), operation.name.lower())}
        case AddIndex():
            return {(_model(operation), operation.index.name.lower())}
        case AddConstraint():
            return {(_model(operation), operation.constraint.name.lower())}
    return set()
