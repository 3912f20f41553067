"""The four markers: given by folder and fixture, the same for pytest and for make."""

from pathlib import Path

import pytest

from tests.plugins.heavy import BY_FOLDER, HEAVY, TESTS, is_heavy

MAKEFILE = TESTS.parent / "Makefile"


def test_make_leaves_out_all_four() -> None:
    assert f"HEAVY := {' or '.join(HEAVY)}\n" in MAKEFILE.read_text()


@pytest.mark.parametrize("folder", BY_FOLDER)
def test_a_folder_that_makes_its_tests_heavy_is_there(folder: str) -> None:
    assert list((TESTS / folder).glob("test_*.py"))


def test_a_test_is_heavy_by_its_folder_by_a_browser_or_by_its_own_marker(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        folder = Path(item.path).relative_to(TESTS).parts[0]
        has_browser = "browser" in item.fixturenames  # type: ignore[attr-defined]  # every test of ours is a function
        has_marker = any(mark.name in HEAVY for mark in item.iter_markers())
        assert is_heavy(item) == has_marker
        assert is_heavy(item) >= (folder in BY_FOLDER or has_browser)
