"""A file is read with care: whatever it holds, it is refused in a sentence or read as what it says."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.configuration import document
from config.configuration.document import Refused

SECTIONS = ["teams", "services"]


def problem_of(text: str | bytes) -> str:
    with pytest.raises(Refused) as refusal:
        document.read(text, sections=SECTIONS)
    return str(refusal.value)


class TestRead:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "no file of configuration"),
            ("just words", "no file of configuration"),
            ("{", "cannot be read in line 1"),
            ("a: [1", "cannot be read"),
            ("\x00", "cannot be read"),
            (b"\xff\xfe\x00", "not UTF-8"),
            ("teams: []", "Write `version: 1`"),
            ("version: '1'", "Write `version: 1`"),
            ("version: true", "Write `version: 1`"),
            ("version: 2", "up to 1"),
            ("version: 1\nversion: 1", "version stands twice"),
            ("version: 1\nteams:\n  - {name: A, name: B}", "line 3: the key name stands twice"),
            ("version: 1\nteam: []", "team: There is no such section"),
            ("version: 1\nteams: 7", "teams: Write a list"),
            ("version: 1\nteams: [7]", "teams, record 1"),
            ("version: 1\nteams: [{? [a] : 1}]", "a key is a plain text"),
            ("version: 1\nteams: &a [{name: A}]\nservices: *a", "anchor"),
            ("version: 1\nteams: [{<<: {name: A}, name: !!str B}]", "tag"),
            ("version: 1\nteams: !!python/object/apply:os.system [ls]", "tag"),
            ("version: 1\n---\nversion: 1", "second document"),
            ("version: 1\nteams: " + "[" * 50_000, "nested deeper"),
            ("version: 1\nteams: [{name: " + "9" * 5_000 + "}]", "no problem"),
        ],
    )
    def test_refuses_in_a_sentence(self, text: str | bytes, words: str) -> None:
        if words == "no problem":
            assert document.read(text, sections=SECTIONS)["teams"][0]["name"] == "9" * 5_000
        else:
            assert words in problem_of(text)

    def test_never_grows_a_small_file(self) -> None:
        bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(20))

        assert "anchor" in problem_of(f"version: 1\n{bomb}")

    def test_refuses_what_is_too_large(self) -> None:
        rows = "".join("  - {name: A}\n" for _ in range(10_000))

        assert "10,000 records" in problem_of(f"version: 1\nteams:\n{rows}")
        assert "larger than" in problem_of(b"#" * (document.MAX_BYTES + 1))

    def test_leaves_days_times_and_words_as_they_are_written(self) -> None:
        row = "{a: 2026-01-01, b: 12:30, c: no, d: on, e: 010, f: 1.5, g: 0x10, h: ~, i: true, j: -7}"

        [read] = document.read(f"version: 1\nteams: [{row}]", sections=SECTIONS)["teams"]

        assert read == {
            "a": "2026-01-01", "b": "12:30", "c": "no", "d": "on", "e": "010", "f": "1.5", "g": "0x10", "h": None,
            "i": True, "j": -7,
        }  # fmt: skip

    def test_takes_what_windows_and_editors_add(self) -> None:
        assert document.read("\ufeffversion: 1\r\nteams:\r\n  - name: A\r\n".encode(), sections=SECTIONS)

    @given(st.text(max_size=200))
    def test_refuses_or_reads_any_text(self, text: str) -> None:
        with suppress(Refused):
            assert document.read(text, sections=SECTIONS) is not None


class TestWrite:
    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from(["name", "text", "flag", "list"]),
                st.none()
                | st.booleans()
                | st.integers(-(10**9), 10**9)
                | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=60)
                | st.sampled_from(
                    ["yes", "null", "12:30", "1_000", "0o7", "<<", "&a", "*a", "a\nb\n", " a\n\n b ", "#"]
                )
                | st.lists(st.text("ab: -'\"", max_size=8), max_size=3),
            ),
            max_size=3,
        )
    )
    def test_gives_back_what_was_written(self, rows: list[dict[str, object]]) -> None:
        assert document.read(document.write({"teams": rows}), sections=SECTIONS) == {"teams": rows}
