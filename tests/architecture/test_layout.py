"""The layout: a subject has one word, and its folder, faces, templates and tests are found by it."""

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from tests.architecture.sources import APPS, FACES, ROOT, place, subjects

SHARED = {"subjects", "references", "owners", "tabs", "my_work"}
"""Modules in folders of faces that several subjects use."""
WITH_FOLDERS_OF_FACES = ["oncall", "incidents"]
"""Problems and postmortems are small: their faces are single files."""


class TestSubjects:
    @pytest.mark.parametrize("app", APPS)
    def test_have_their_tests_folder(self, app: str) -> None:
        without = {
            subject for subject in subjects(app) if not list((ROOT / "tests" / app / subject).glob("test_*.py"))
        }

        assert without == set()

    @pytest.mark.parametrize("app", WITH_FOLDERS_OF_FACES)
    def test_name_the_files_of_every_face(self, app: str) -> None:
        words = subjects(app) | SHARED | {"__init__", "__pycache__"}
        strangers = [
            place(path)
            for face in FACES - {"management", "migrations"}
            for path in (ROOT / app / face).iterdir()
            if path.stem not in words
        ]

        assert strangers == []

    @pytest.mark.parametrize("app", ["oncall", "incidents", "problems"])
    def test_name_the_folders_of_templates(self, app: str) -> None:
        strangers = [place(path) for path in (ROOT / "templates" / app).iterdir() if path.name not in subjects(app)]

        assert strangers == []

    def test_name_the_folders_of_tests(self) -> None:
        strangers = [
            place(path)
            for app in APPS
            for path in (ROOT / "tests" / app).iterdir()
            if path.is_dir() and path.name not in subjects(app) | {"__pycache__"}
        ]

        assert strangers == []

    def test_name_the_files_of_factories(self) -> None:
        words = set().union(*(subjects(app) for app in APPS)) | {"postmortems", "__init__"}

        assert {path.stem for path in (ROOT / "tests" / "factories").glob("*.py")} <= words


class TestDottedNames:
    """Names in settings are invisible to linters, and to whoever moves a module."""

    def test_in_settings_can_be_imported(self) -> None:
        content = (ROOT / "config" / "settings.py").read_text()
        names = re.findall(rf"\"((?:config\.|(?:{'|'.join(APPS)})\.\w+\.)[\w.]+)\"", content)
        broken = []
        for name in names:
            module, _, attribute = name.rpartition(".")
            if find_spec(module) is None or not (
                hasattr(import_module(module), attribute) or find_spec(name) is not None
            ):
                broken.append(name)

        assert names
        assert broken == []
