"""Hints at wording that blames people."""

import pytest

from postmortems import blameless


class TestFindHints:
    @pytest.mark.parametrize(
        ("text", "marked"),
        [
            ("The operator should have checked.", "should have"),
            ("Ben failed to roll back.", "failed to"),
            ("He forgot to page.", "forgot to"),
            ("It was Human Error.", "Human Error"),
            ("Why did you restart it?", "Why did you"),
            ("The disk was obviously full.", "obviously"),
            ("Root cause: the engineer ran it.", "Root cause: the engineer"),
            ("It was broken.", "It was broken"),
            ("They couldn’t have known.", "couldn’t have"),
        ],
    )
    def test_marks(self, text: str, marked: str) -> None:
        hint = blameless.find_hints(text)[0]

        assert hint.text == marked
        assert text[hint.start : hint.end] == marked
        assert hint.suggestion

    @pytest.mark.parametrize("text", ["", "The pool ran empty at 14:02.", "An adjusted limit.", "`just test` ran."])
    def test_leaves_alone(self, text: str) -> None:
        assert blameless.find_hints(text) == []

    def test_offers_a_role_for_a_name(self) -> None:
        hints = blameless.find_hints("Ana Silva ran it; Ana ran it again.", names=["Ana Silva", "Bo"])

        assert [(hint.start, hint.text) for hint in hints] == [(0, "Ana Silva")]

    def test_never_overlaps(self) -> None:
        hints = blameless.find_hints("Ana Silva should have simply asked", names=["Ana Silva"])

        assert [hint.text for hint in hints] == ["Ana Silva", "should have", "simply"]

    def test_stays_quick_on_a_long_text(self) -> None:
        assert len(blameless.find_hints("simply " * 7000)) == blameless.MAX_HINTS
