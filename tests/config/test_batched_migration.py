"""Migrations in batches: the same tables, columns and rows as of Django's own way, forwards and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.state import ProjectState
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.batched_migration import BatchedMigration, batches

AddConstraint, AddField, AddIndex = migrations.AddConstraint, migrations.AddField, migrations.AddIndex
POSITIVE = models.CheckConstraint(condition=models.Q(size__gt=0), name="thing_positive")
TABLES = ("oncall_owner", "oncall_thing")


def table(name: str) -> migrations.CreateModel:
    return migrations.CreateModel(
        name, fields=[("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField(default=1))]
    )


def fill(state: Any, editor: Any) -> None:
    """Write a row with the classes of this moment."""
    thing = state.get_model("oncall", "Thing")
    thing.objects.using(editor.connection.alias).create(size=7)


def double(state: Any, editor: Any) -> None:
    state.get_model("oncall", "Thing").objects.using(editor.connection.alias).update(size=models.F("size") * 2)


def nothing(state: Any, editor: Any) -> None:
    """The way back from rows."""


STORY = [
    table("Thing"),
    migrations.RunPython(fill, nothing),
    table("Owner"),
    AddField("thing", "owner", models.ForeignKey("oncall.owner", models.CASCADE, null=True, related_name="+")),
    AddIndex("thing", models.Index(fields=["size"], name="thing_size")),
    AddField("owner", "name", models.CharField(max_length=9, default="")),
    AddConstraint("owner", models.UniqueConstraint(fields=["name"], name="owner_name")),
    migrations.AlterField("owner", "size", models.BigIntegerField(default=1)),
    AddConstraint("thing", POSITIVE),
    migrations.RunSQL("UPDATE oncall_thing SET size = size + 1", migrations.RunSQL.noop),
    migrations.AlterField("thing", "size", models.BigIntegerField(default=1)),
    migrations.RemoveConstraint("thing", "thing_positive"),
    AddConstraint("thing", POSITIVE),
    AddField("thing", "word", models.CharField(max_length=9, default="x")),
    migrations.AlterField("thing", "word", models.CharField(max_length=90, null=True)),
    migrations.RenameField("thing", "word", "term"),
    AddField("thing", "word", models.TextField(db_default="")),
    migrations.RemoveIndex("thing", "thing_size"),
    migrations.RunPython(double, nothing),
    migrations.RemoveField("thing", "term"),
    migrations.AlterModelOptions("thing", {"ordering": ["size"]}),
]
"""Each kind of operation this project uses, some of them twice about the same thing."""


class Trial:
    """A migration applied to no models, and what it makes of the database."""

    def __init__(self, base: type[migrations.Migration], operations: list[Any], *, is_atomic: bool = True) -> None:
        self.migration = type("Migration", (base,), {"operations": operations})("0001_trial", "oncall")
        self.is_atomic = is_atomic
        self.before = ProjectState()
        assert self.before.apps  # as `migrate` has it: the classes of the models exist before

    def apply(self) -> tuple[Any, ...]:
        """The tables, their rows, and the models that are known afterwards."""
        with connection.schema_editor(atomic=self.is_atomic) as editor:
            after = self.migration.apply(self.before.clone(), editor)
        models = {model._meta.label: [field.name for field in model._meta.fields] for model in after.apps.get_models()}
        return (*self.tables(), {name: list(state.fields) for name, state in after.models.items()}, models)

    def unapply(self) -> tuple[Any, ...]:
        """The tables and their rows afterwards."""
        with connection.schema_editor(atomic=self.is_atomic) as editor:
            assert self.migration.unapply(self.before.clone(), editor).models == self.before.models
        return self.tables()

    def tables(self) -> tuple[Any, ...]:
        made = []
        with connection.cursor() as cursor:
            for name in sorted(set(TABLES) & set(connection.introspection.table_names(cursor))):
                columns = connection.introspection.get_table_description(cursor, name)
                constraints = connection.introspection.get_constraints(cursor, name)
                cursor.execute(f"SELECT * FROM {name} ORDER BY id")  # noqa: S608 - one of two names
                made.append((name, columns, constraints, cursor.fetchall()))
        return tuple(made)

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS oncall_thing, oncall_owner")


def made_by(base: type[migrations.Migration], operations: list[Any]) -> tuple[Any, ...]:
    trial = Trial(base, operations)
    made = trial.apply()
    trial.drop()
    return made


@pytest.mark.django_db
class TestApply:
    @pytest.mark.parametrize("length", range(1, len(STORY) + 1))
    def test_makes_what_django_makes(self, length: int) -> None:
        made = made_by(BatchedMigration, STORY[:length])

        assert made == made_by(migrations.Migration, STORY[:length])

    def test_keeps_the_order_of_rows_and_columns(self) -> None:
        owners, things, *_ = made_by(BatchedMigration, STORY)

        assert owners[0] == "oncall_owner"
        assert [row[1] for row in things[3]] == [16]  # (7 + 1) doubled

    def test_lists_statements_as_django_does(self) -> None:
        """`sqlmigrate` reads operation by operation."""
        operations = [table("Thing"), AddField("thing", "word", models.TextField(db_default=""))]
        listed = []
        for base in (BatchedMigration, migrations.Migration):
            with connection.schema_editor(collect_sql=True, atomic=True) as editor:
                Trial(base, operations).migration.apply(ProjectState(), editor, collect_sql=True)
            listed.append(editor.collected_sql)

        assert listed[0] == listed[1]
        assert len([line for line in listed[0] if "ALTER TABLE" in line]) == 1


@pytest.mark.django_db
class TestUnapply:
    @pytest.mark.parametrize("length", range(1, len(STORY) + 1))
    def test_goes_back_as_django_does(self, length: int) -> None:
        """One migration after the other, so that each has tables to go back to."""
        back = []
        for base in (BatchedMigration, migrations.Migration):
            first = Trial(base, STORY[: length // 2])
            first.apply()
            second = Trial(base, STORY[length // 2 : length])
            second.before = first.migration.mutate_state(ProjectState())
            second.apply()
            back.append(second.unapply())
            first.drop()

        assert back[0] == back[1]

    def test_refuses_what_has_no_way_back(self) -> None:
        with pytest.raises(IrreversibleError, match="not reversible"):
            Trial(BatchedMigration, [migrations.RunSQL("SELECT 1")]).unapply()


class TestBatches:
    def test_take_together_what_only_adds(self) -> None:
        operations = [table("Thing"), table("Owner"), AddField("owner", "word", models.TextField(db_default=""))]

        assert [batch.operations for batch in batches(operations)] == [operations]

    @given(st.lists(st.sampled_from(STORY)))
    def test_hold_every_operation_once_and_in_order(self, operations: list[Any]) -> None:
        assert [each for batch in batches(operations) for each in batch.operations] == operations


class TestFiles:
    def test_have_the_base(self) -> None:
        own = [config for config in apps.get_app_configs() if config.label in OWN]
        plain = [
            path.name
            for config in own
            for path in migrations_of(config)
            if "(BatchedMigration):" not in path.read_text()
        ]

        assert {config.label for config in own} == OWN
        assert plain == []

    @pytest.mark.django_db
    def test_are_made_with_it(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "made_migrations"
        folder.mkdir()
        (folder / "__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        settings.MIGRATION_MODULES = {"problems": "made_migrations"}

        call_command("makemigrations", "problems", "--name", "trial", verbosity=0)

        [path] = folder.glob("0001_trial.py")
        written: dict[str, Any] = {}
        exec(path.read_text(), written)  # noqa: S102 - what the command has just written
        assert issubclass(written["Migration"], BatchedMigration)
        assert path.read_text().count("import BatchedMigration") == 1


OWN = {"config", "oncall", "incidents", "problems", "postmortems"}


def migrations_of(config: AppConfig) -> Iterator[Path]:
    return (Path(config.path) / "migrations").glob("0*.py")
