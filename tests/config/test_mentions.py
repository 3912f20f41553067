"""Names that a text calls with an @: where they begin and end, and what is no name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.mentions import find_mentions
from config.base.data.text import names_in_markdown, render_markdown

PIECES = st.lists(
    st.sampled_from([
        "@", "@mira.keller", '@"Mira Keller"', "@mira@example.com", "mira@example.com", "https://e.test/@mira",
        "`@mira`", "```\n@mira\n```", "[@mira](https://e.test)", "<mira@example.com>", "**", "_", "\\", " ", "\n", "(",
        ")", ".", ",", "-", "/", '"', "“", "”", "é", "\u0301", "日本", "🙂", "x", "<b>", "&amp;", "    ",
    ])
).map("".join)  # fmt: skip
TEXTS = st.one_of(st.text(), PIECES)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("@mira", ["mira"]),
            ("Ask @mira.keller.", ["mira.keller"]),
            ("(@mira), @Bo-Li: and @x_1", ["mira", "Bo-Li", "x_1"]),
            ("cc:@mira,@bo;@cy", ["mira", "bo", "cy"]),
            ("@mira's desk", ["mira"]),
            ('@"Mira Keller" and @“Bo Li”', ["Mira Keller", "Bo Li"]),
            ("@mira@example.com.", ["mira@example.com"]),
            ("@日本 @josé", ["日本", "josé"]),
        ],
    )
    def test_are_these(self, text: str, names: list[str]) -> None:
        assert [mention.name for mention in find_mentions(text)] == names

    @pytest.mark.parametrize(
        "text",
        [
            "mira@example.com",
            "mira.keller+ops@example.com",
            "https://git.test/@mira and http://a:b@host/@mira",
            "www.e.test/@mira",
            "mailto:@mira",
            "ssh git@host:/@mira",
            "@scope/package",
            "@mira@",
            "@",
            "@ mira",
            "@@mira",
            '@""',
            '@"  "',
            "@" + "x" * 400,
        ],
    )
    def test_are_none_of_these(self, text: str) -> None:
        assert find_mentions(text) == []

    @given(TEXTS)
    def test_stand_where_they_say(self, text: str) -> None:
        end = 0
        for mention in find_mentions(text):
            assert mention.start >= end
            end = mention.end
            assert re.fullmatch(f'@["“]?{re.escape(mention.name)}["”]?', text[mention.start : end])
            assert mention.start == 0 or not re.match(r"[\w@./+-]", text[mention.start - 1])

    @given(st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9.-]{1,20}", fullmatch=True))
    def test_are_in_no_mail_address(self, address: str) -> None:
        assert [m for m in find_mentions(f"To {address} today") if m.start == 3 + address.index("@")] == []

    def test_are_read_in_time_that_grows_with_the_text(self) -> None:
        for text in ("@" * 200_000, "(@" * 100_000, "a" * 200_000 + "@", "@" + "a." * 100_000, '@"' * 100_000):
            assert isinstance(find_mentions(text), list)


class TestMarkdown:
    @pytest.mark.parametrize(
        "text",
        ["`@mira`", "```\n@mira\n```", "    @mira", "[@mira](https://e.test)", "<mira@e.test>", "![@mira](x)"],
    )
    def test_has_no_names_in_code_and_links(self, text: str) -> None:
        assert names_in_markdown(text) == []
        assert "<mark>" not in render_markdown(text, names={"mira": "@Mira"})

    def test_marks_the_names_that_are_given(self) -> None:
        html = render_markdown('**@mira** and @BO, "@mira"?', names={"mira": "@Mira <b>Keller</b>"})

        assert "<strong><mark>@Mira &lt;b&gt;Keller&lt;/b&gt;</mark></strong> and @BO" in html
        assert html.count("<mark>") == 1

    def test_lists_each_name_once(self) -> None:
        assert names_in_markdown('@Mira @mira @"Bo  Li"\n\n- @bo') == ["mira", "bo li", "bo"]

    def test_takes_no_mark_of_a_writer(self) -> None:
        assert "<mark>" not in render_markdown("<mark>@mira</mark>")

    @given(TEXTS)
    def test_marks_what_it_lists_and_changes_nothing_else(self, text: str) -> None:
        names = names_in_markdown(text)

        html = render_markdown(text, names=dict.fromkeys(names, "@Somebody"))

        assert (html.count("<mark>") > 0) == bool(names)
        assert render_markdown(text, names={"nobody else": "x"}) == render_markdown(text)
