"""The page and the commands: a file is shown before it is imported, and exactly what was shown happens."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from config.base.data.roles import Role
from oncall.models import Team
from tests import factories as make

pytestmark = pytest.mark.django_db
TEXT = "version: 1\nteams:\n  - {slug: retail, name: Retail <b>}\n"


@pytest.fixture
def page(client: Any) -> Any:
    client.force_login(make.UserFactory(is_superuser=True, is_staff=True))
    return client


def upload(client: Any, text: str = TEXT) -> Any:
    return client.post(reverse("configuration"), {"file": SimpleUploadedFile("a.yaml", text.encode())})


def apply_form(answer: Any) -> dict[str, str]:
    form = answer.context["apply_form"]
    return {"key": form["key"].value(), "digest": form["digest"].value(), "reason": "Agreed"}


class TestPage:
    def test_shows_what_a_file_changes_and_then_does_it(self, page: Any) -> None:
        listed = upload(page)
        assert not Team.objects.exists()

        done = page.post(reverse("configuration"), apply_form(listed))

        assert "teams, retail" in listed.content.decode()
        assert done.status_code == 302
        assert Team.objects.get().history.get().history_change_reason == "Agreed"

    def test_shows_old_and_new_values_as_text(self, page: Any) -> None:
        make.TeamFactory(slug="retail", name="Old & <i>")

        content = upload(page).content.decode()

        assert "Old &amp; &lt;i&gt;" in content
        assert "Retail &lt;b&gt;" in content

    def test_imports_nothing_else_than_was_shown(self, page: Any) -> None:
        sent = apply_form(upload(page))
        make.TeamFactory(slug="retail", name="Retailers")

        answer = page.post(reverse("configuration"), sent)

        assert Team.objects.get().name == "Retailers"
        assert "Retailers" in answer.content.decode()
        assert page.post(reverse("configuration"), apply_form(answer)).status_code == 302
        assert Team.objects.get().name == "Retail <b>"

    def test_says_where_a_file_is_wrong(self, page: Any) -> None:
        answer = upload(page, "version: 1\nteams:\n  - {slug: retail, name: ''}\n")

        assert answer.context["outcome"] is None
        assert "teams, retail, name" in answer.content.decode()

    def test_asks_for_the_file_again_when_it_is_gone_or_somebody_elses(self, page: Any, client: Any) -> None:
        sent = apply_form(upload(page))
        client.force_login(make.UserFactory(is_superuser=True, is_staff=True))

        answer = client.post(reverse("configuration"), sent, follow=True)

        assert "Choose it again" in answer.content.decode()
        assert not Team.objects.exists()

    def test_asks_why(self, page: Any) -> None:
        answer = page.post(reverse("configuration"), apply_form(upload(page)) | {"reason": " "})

        assert answer.status_code == 200
        assert answer.context["apply_form"].errors["reason"]
        assert not Team.objects.exists()

    def test_is_for_those_who_may_change_everything_in_a_file(self, client: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.PRACTICE], is_staff=True))

        for name in ("configuration", "configuration-download"):
            assert client.get(reverse(name)).status_code == 403
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR], is_staff=True))
        assert client.get(reverse("configuration")).status_code == 200

    def test_downloads_the_export(self, page: Any) -> None:
        make.TeamFactory(slug="retail")

        answer = page.get(reverse("configuration-download"))

        assert "attachment" in answer["Content-Disposition"]
        assert "slug: retail" in answer.content.decode()


class TestCommands:
    def test_export_and_import(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "holdfast.yaml"
        file.write_text(TEXT)

        call_command("import_configuration", str(file), "--dry-run")
        dry = capsys.readouterr().out
        assert not Team.objects.exists()
        call_command("import_configuration", str(file), "--reason", "Moved")
        call_command("export_configuration")

        assert "teams, retail: new" in dry
        assert "dry run" in dry
        assert Team.objects.get().history.get().history_change_reason == "Moved"
        assert "slug: retail" in capsys.readouterr().out

    def test_of_a_wrong_file_fail_with_the_place(self, tmp_path: Path) -> None:
        file = tmp_path / "holdfast.yaml"
        file.write_text("version: 1\nteams:\n  - {slug: retail}\n")

        with pytest.raises(CommandError, match="teams, retail, name"):
            call_command("import_configuration", str(file))
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_configuration", str(tmp_path / "absent.yaml"))
