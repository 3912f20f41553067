"""A first migration: the same tables as of Django's own way, made at once."""

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from config.base.data.first_migration import FirstMigration

THING = migrations.CreateModel(
    name="Thing", fields=[("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())]
)
ADDITIONS = [
    migrations.CreateModel(name="Owner", fields=[("id", models.BigAutoField(primary_key=True))]),
    migrations.AddField("thing", "owner", models.ForeignKey("oncall.owner", models.CASCADE, related_name="+")),
    migrations.AddIndex("thing", models.Index(fields=["size"], name="thing_size")),
    migrations.AddConstraint("thing", models.CheckConstraint(condition=models.Q(size__gt=0), name="thing_positive")),
]


def made_by(base: type[migrations.Migration], *operations: Any) -> tuple[Any, Any, Any]:
    """What the migration makes: the columns and constraints of its table, and the models that are known afterwards."""
    migration = type("Migration", (base,), {"operations": list(operations)})("0001_initial", "oncall")
    state = ProjectState()
    assert state.apps  # as `migrate` has it: the classes of the models exist before
    with connection.schema_editor(atomic=False) as editor:
        after = migration.apply(state, editor)
        for statement in editor.deferred_sql:
            editor.execute(statement)
        editor.deferred_sql.clear()
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "oncall_thing")
        constraints = connection.introspection.get_constraints(cursor, "oncall_thing")
        cursor.execute("DROP TABLE oncall_thing, oncall_owner")
    fields = {model._meta.label: [field.name for field in model._meta.fields] for model in after.apps.get_models()}
    return columns, constraints, fields


@pytest.mark.django_db
class TestApply:
    def test_makes_what_django_makes(self) -> None:
        made = made_by(FirstMigration, THING, *ADDITIONS)

        assert made == made_by(migrations.Migration, THING, *ADDITIONS)
        assert {"thing_size", "thing_positive"} < made[1].keys()

    @pytest.mark.parametrize(
        "operation",
        [
            migrations.RunSQL("SELECT 1"),
            migrations.AddField("stranger", "size", models.IntegerField(null=True)),
            migrations.RemoveField("thing", "size"),
        ],
    )
    def test_refuses_anything_but_tables(self, operation: Any) -> None:
        with pytest.raises(TypeError, match="only tables are made here"):
            made_by(FirstMigration, THING, operation)
