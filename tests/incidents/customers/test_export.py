"""The status pages as files: all that is public, nothing else, replaced as one."""

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
        """It stands when the portal is down."""
        call_command("export_status_page", folder, verbosity=0)

        work = page.maintenances.get()
        urls = [url for url in ADDRESSES if "subscribe" not in url]
        for url in [*urls, "/status/acme/", trouble.get_absolute_url(), work.get_public_url()]:
            assert _file(folder, url).read_bytes() == client.get(url).content, url
        assert json.loads((folder / "api/v2/summary.json").read_text())["status"]["indicator"] == "major"
        assert (folder / "static/status.css").read_text()
        everything = "".join(one.read_text() for one in folder.rglob("*") if one.is_file())
        assert MARK.lower() not in everything.lower()

    def test_is_replaced_as_one_and_forgets_what_is_old(self, page: Any, folder: Path) -> None:
        for _ in range(4):
            call_command("export_status_page", folder, verbosity=0)

        assert folder.is_symlink()
        assert len([one for one in folder.parent.iterdir() if not one.is_symlink()]) == export.MAX_EXPORTS

    def test_leaves_the_last_one_when_something_fails(self, page: Any, folder: Path) -> None:
        call_command("export_status_page", folder, verbosity=0)
        before = folder.readlink()

        with (
            mock.patch.object(export, "_put_assets", side_effect=OSError("full")),
            pytest.raises(OSError, match="full"),
        ):
            call_command("export_status_page", folder, verbosity=0)

        assert folder.readlink() == before
        assert len(list(folder.parent.iterdir())) == 2

    def test_takes_no_folder_that_is_somebody_elses(self, page: Any, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="move it away"):
            call_command("export_status_page", tmp_path)

    def test_says_that_there_is_nothing_to_export(self, folder: Path) -> None:
        with pytest.raises(CommandError, match="no status page yet"):
            call_command("export_status_page", folder)
