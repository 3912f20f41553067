"""Text that people typed: hostile characters, hostile Markdown (bad input 22, 23, 24, 26, 27, 28)."""

import re
from pathlib import Path

import pytest

from config.base.data import text
from incidents.models import Severity

ROOT = Path(__file__).resolve().parents[2]
MADE_HTML = re.compile(r"\bmark_safe\b|\|\s*safe\b|\|\s*safeseq\b|\bautoescape off\b|format_html\(\s*f[\"']")


class TestCleanLine:
    @pytest.mark.parametrize(
        ("typed", "cleaned"),
        [
            ("two\r\nlines", "two lines"),
            ("a \t  b", "a b"),
            ("\x1b[31mred\x1b[0m", "[31mred[0m"),
            ("bell\x07 nul\x00 del\x7f c1\x9b", "bell nul del c1"),
            ("abc\u202egnp.exe", "abcgnp.exe"),
            ("\u2066isolate\u2069 \u200fmark\u200e \u061carabic", "isolate mark arabic"),
            ("cafe\u0301", "café"),
            ("line\u2028separator\u2029paragraph", "line separator paragraph"),
            ("half \ud800 pair", "half pair"),
            ("  ", ""),
            ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
            ("ع‌ن", "ع‌ن"),
        ],
    )
    def test_keeps_what_is_readable(self, typed: str, cleaned: str) -> None:
        assert text.clean_line(typed) == cleaned

    @pytest.mark.parametrize("typed", ["\u200b\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u200d\u200d"])
    def test_of_invisible_characters_only_is_empty(self, typed: str) -> None:
        assert text.clean_line(typed) == ""

    def test_does_not_stack_marks_without_end(self) -> None:
        assert len(text.clean_line("a" + "\u0338" * 5000)) <= 20

    def test_is_stable(self) -> None:
        once = text.clean_line(" a\u202e\u0338\u0338b \r\n c")

        assert text.clean_line(once) == once


class TestCleanLines:
    def test_keeps_line_breaks_and_tabs_only(self) -> None:
        assert text.clean_lines("a\r\n\tb\x00\x1b[0m\u202e\n") == "a\n\tb[0m"


@pytest.mark.django_db
class TestOneLineField:
    def test_cleans_what_code_writes_past_every_form(self) -> None:
        severity = Severity.objects.create(position=1, rank=1, name="SEV\u202e1\n", title="Bad", description="")

        severity.refresh_from_db()
        assert severity.name == "SEV1"


class TestMarkdown:
    @pytest.mark.parametrize(
        "typed",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](java\tscript:alert(1))",
            "[x](java&#10;script:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:msgbox(1))",
            "[x]( javascript:alert(1) )",
            "<javascript:alert(1)>",
            "![x](https://tracker.example/pixel.png)",
            '![x](x "onerror=alert(1)")',
            "<style>@import 'https://evil.example'</style>",
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
            '<a href="https://a.example" onclick="alert(1)">a</a>',
            "<iframe src=https://evil.example></iframe>",
            '[x](https://a.example "\\"onmouseover=alert(1)")',
        ],
    )
    def test_leaves_nothing_that_acts(self, typed: str) -> None:
        html = text.render_markdown(typed)

        tags = re.findall(r"<[^>]+>", html)
        assert not [tag for tag in tags if re.match(r"</?(script|img|svg|style|iframe|math|object|embed|form)", tag)]
        assert not [tag for tag in tags if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))]
        schemes = re.findall(r'href="\s*([A-Za-z][A-Za-z0-9+.-]*):', html)
        assert set(schemes) <= {"http", "https", "mailto"}

    def test_keeps_what_people_write(self) -> None:
        html = text.render_markdown("# Why\n\n* **bold** [docs](https://a.example)\n\n| a |\n|---|\n| `b` |\n\n~~no~~")

        assert "<strong>bold</strong>" in html
        assert 'href="https://a.example"' in html
        assert 'rel="noopener noreferrer nofollow"' in html
        assert "<td><code>b</code></td>" in html
        assert "<s>no</s>" in html


class TestHtml:
    def test_is_made_out_of_text_in_one_place_only(self) -> None:
        """Everything else is escaped by the templates (bad input 26)."""
        apps = [ROOT / name for name in ("config", "oncall", "incidents", "problems", "postmortems", "templates")]
        files = [path for app in apps for kind in ("*.py", "*.html") for path in app.rglob(kind)]
        files.remove(ROOT / "config" / "base" / "data" / "text.py")

        paths = [f"{path.relative_to(ROOT)}" for path in files if MADE_HTML.search(path.read_text())]

        assert paths == []
