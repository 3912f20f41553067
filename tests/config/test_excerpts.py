"""Where the words of a question stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.excerpts import LENGTH, excerpt, stretches
from config.base.data.search import Question


def marked(text: str, typed: str) -> list[str]:
    return [part.text for part in stretches(text, Question.of(typed).stems) if part.is_marked]


class TestStretches:
    @pytest.mark.parametrize(
        ("text", "typed", "expected"),
        [
            ("Card payments are declined", "card declining", ["Card", "declined"]),
            ("Ricardo Cardoso", "card", ["Card"]),
            ("Elif Şahin", "sahin", ["Şahin"]),
            ("Şahin", "şahin", ["Şahin"]),
            ("E-4711 again", "4711", ["4711"]),
            ("Nothing here", "card", []),
        ],
    )
    def test_mark_words_and_their_beginnings(self, text: str, typed: str, expected: list[str]) -> None:
        assert marked(text, typed) == expected

    @given(st.text(), st.text())
    def test_together_are_the_text(self, text: str, typed: str) -> None:
        assert "".join(part.text for part in stretches(text, Question.of(typed).stems)) == text


class TestExcerpt:
    def test_is_around_the_first_match(self) -> None:
        cut = excerpt(f"{'before ' * 50} card {'after ' * 50}", ["card"])

        assert cut.startswith("… before")
        assert " card " in cut
        assert cut.endswith(" …")

    @given(st.text(), st.lists(st.text(max_size=5), max_size=3))
    def test_is_short_whatever_the_text(self, text: str, stems: list[str]) -> None:
        assert len(excerpt(text, stems)) <= LENGTH + 4


class TestQuestion:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("a & | !", ()),
            ("%'\\", ()),
            ("pay-ments/checkout", ("pay", "ments", "checkout")),
            ("Card CARD card", ("card",)),
            ("\0null", ("null",)),
            (" ".join(f"w{n}" for n in range(20)), tuple(f"w{n}" for n in range(8))),
        ],
    )
    def test_has_the_words_that_are_looked_for(self, typed: str, words: tuple[str, ...]) -> None:
        assert Question.of(typed).words == words

    def test_says_that_it_is_cut(self) -> None:
        assert Question.of("word " * 40_000).is_cut
        assert not Question.of("word").is_cut
