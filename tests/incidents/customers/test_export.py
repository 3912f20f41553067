"""The status pages as files: all public content, nothing else, replaced in one step."""

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from incidents.customers import export
from tests import factories as make
from tests.incidents.customers.test_status_page import ADDRESSES, MARK, trouble
from tests.incidents.customers.test_status_page import page as private_page

pytestmark = pytest.mark.django_db
__all__ = ["private_page", "trouble"]


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory(name="Acme", slug="acme", is_default=True, time_zone="Europe/Berlin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "live"


def _file(folder: Path, url: str) -> Path:
    return folder / url.lstrip("/") / ("index.html" if url.endswith("/") else "")


class TestExport:
    def test_says_what_the_portal_says(self, client: Client, page: Any, trouble: Any, folder: Path) -> None:
        """The files work when the portal is down."""
        call_command("export_status_page", folder, verbosity=0)

        maintenance = page.maintenances.get()
        urls = [url for url in ADDRESSES if "subscribe" not in url]
        for url in [*urls, "/status/acme/", trouble.get_absolute_url(), maintenance.get_public_url()]:
            assert _file(folder, url).read_bytes() == client.get(url).content, url
        assert json.loads((folder / "api/v2/summary.json").read_text())["status"]["indicator"] == "major"
        assert (folder / "static/status.css").read_text()
        everything = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
        assert MARK.lower() not in everything.lower()

    def test_is_replaced_in_one_step_and_deletes_older_ones(self, page: Any, folder: Path) -> None:
        for _ in range(export.MAX_EXPORTS + 1):
            call_command("export_status_page", folder, verbosity=0)

        assert folder.is_symlink()
        assert len([path for path in folder.parent.iterdir() if not path.is_symlink()]) == export.MAX_EXPORTS

    def test_leaves_the_last_one_when_something_fails(self, page: Any, folder: Path) -> None:
        call_command("export_status_page", folder, verbosity=0)
        target = folder.readlink()

        with (
            mock.patch.object(export, "_put_assets", side_effect=OSError("full")),
            pytest.raises(OSError, match="full"),
        ):
            call_command("export_status_page", folder, verbosity=0)

        assert folder.readlink() == target
        assert len(list(folder.parent.iterdir())) == 2

    def test_refuses_an_existing_folder(self, page: Any, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="move it away"):
            call_command("export_status_page", tmp_path)

    def test_says_that_there_is_nothing_to_export(self, folder: Path) -> None:
        with pytest.raises(CommandError, match="no status page yet"):
            call_command("export_status_page", folder)
