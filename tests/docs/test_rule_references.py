"""Every rule that code, tests or documents name is defined in docs/, and the documents' links lead somewhere."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOTS_OF_LINKS = ("docs/", "README.md", "SECURITY.md", "CONTRIBUTING.md")
# Where a rule is defined: a list item `- **R-T1** ...` or a row of a table `| R-E1 | ...`, `| F19: ... |`.
DEFINING = ("docs/rules/", "docs/schedules.md", "docs/escalation.md", "docs/faults.md")
NUMBERED = r"(?:paging rule|intake rule|bad input) \d+"
DEFINITION = re.compile(
    rf"^(?:- \*\*|\| )(R-[A-Z]\d+[a-z]?|[SFK]-?\d{{1,2}}|{NUMBERED})(?:\*\* | \||: )", re.MULTILINE
)

# Tokens stand alone: SEV2, S3 buckets, a hash or a test's schedule "S1" are none.
LETTERED = re.compile(r"(?<![\w/.-])(R-[A-Z]\d+[a-z]?|[SFK]-?\d{1,2})(?![\w\"'-]|\.\w| bucket)")
LISTED = re.compile(r"\b(paging rule|intake rule|bad input) (\d+(?:(?:, | and )\d+\b)*)", re.IGNORECASE)
# What points out of the repository, or says a rule in another form.
FOREIGN = {
    "a folder outside the repository": re.compile(r"\bspecs/|\.\./shared|(?<![\w./])shared/|\bDESIGN\b"),
    "a chapter of another document": re.compile(
        r"\b(?:(?:interfaces|practice|reliability)(?:\.md)?|(?:oncall|stack|style|sla|migration)\.md),? "
        r"(?:section |trap )?§?\d",
        re.IGNORECASE,
    ),
    "a rule without its kind": re.compile(r"(?<!paging )(?<!intake )\brules? \d", re.IGNORECASE),
    "several rules in another form": re.compile(r"\b(?:paging rules|intake rules|bad inputs) \d", re.IGNORECASE),
}
# This file says the forms that it refuses, and docs/rules/README.md shows examples of what it explains.
EXEMPT = {"tests/docs/test_rule_references.py"}


@cache
def tracked() -> tuple[str, ...]:
    """Every tracked text that may name a rule."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "*.py", "*.md", "*.html"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(path for path in listed.split("\0") if path and path not in EXEMPT and (ROOT / path).is_file())


def unwrapped(text: str) -> str:
    """The text on one line, so that a reference may be wrapped, in a comment too."""
    return re.sub(r"\n\s*(?:# )?", " ", text)


def references(text: str) -> set[str]:
    """The tokens that a text names."""
    line = unwrapped(text)
    tokens = {match.group(1) for match in LETTERED.finditer(line)}
    for match in LISTED.finditer(line):
        tokens |= {f"{match.group(1).lower()} {number}" for number in re.findall(r"\d+", match.group(2))}
    return tokens


def foreign(text: str) -> Iterator[str]:
    """What a text says in a form that leads nowhere."""
    line = unwrapped(text)
    for reason, pattern in FOREIGN.items():
        for match in pattern.finditer(line):
            yield f"{reason}: ...{line[max(0, match.start() - 30) : match.end() + 10]}..."


def definitions() -> dict[str, list[str]]:
    """Each rule with the documents that define it."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in tracked():
        if path.startswith(DEFINING):
            for token in set(DEFINITION.findall((ROOT / path).read_text())):
                places[token].append(path)
    return dict(places)


class TestReferences:
    def test_lead_to_a_rule(self) -> None:
        defined = definitions()
        unknown = {
            path: sorted(missing)
            for path in tracked()
            if (missing := references((ROOT / path).read_text()) - defined.keys())
        }
        assert not unknown, "These rules are defined nowhere; docs/rules/README.md says how to add one."

    def test_have_one_form_and_stay_inside(self) -> None:
        wrong = {path: problems for path in tracked() if (problems := list(foreign((ROOT / path).read_text())))}
        assert not wrong

    def test_are_found_in_every_form_and_across_lines(self) -> None:
        text = (
            '"""S40: as asked (R-V5a), twice (paging rule 4, 5;\n    bad\n    input 22)."""\n'
            '# see (F19) and S19\nx = "S1"  # SEV2, S3 bucket, docs/S7.md, a-S8-b'
        )
        assert references(text) == {
            "S40", "R-V5a", "paging rule 4", "paging rule 5", "bad input 22", "F19", "S19",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "text",
        ["see rule 7", "(bad inputs 22-24)", "practice 2.4", "interfaces.md 1.11", "specs/oncall.md",
         "(reliability\n# section 4)", "(interfaces, trap 2)"],
    )  # fmt: skip
    def test_of_other_forms_are_refused(self, text: str) -> None:
        assert list(foreign(text))


class TestRules:
    def test_are_defined_once(self) -> None:
        assert not {token: paths for token, paths in definitions().items() if len(paths) > 1}

    def test_have_a_row_for_their_kind(self) -> None:
        """The table of docs/rules/README.md names the file of each kind of token."""
        table = (ROOT / "docs/rules/README.md").read_text()
        kinds = {re.sub(r"\d+[a-z]?$", "", token) for token in definitions()}
        assert len(kinds) > 10
        assert not {kind for kind in kinds if f"`{kind}1`" not in table}


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<a href=\"([^\"]+)\"|!\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
MENTION = re.compile(r"(?<![\w/.-])(docs/[\w/-]+\.md)\b")


def anchors(path: Path) -> set[str]:
    """What a link may name in a document: its headings as GitHub writes them, and ids."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    seen: dict[str, int] = {}
    names = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, flags=re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = seen[slug] = seen.get(slug, -1) + 1
        names.add(f"{slug}-{count}" if count else slug)
    return names


def broken(path: Path) -> list[str]:
    """The relative links of a document that lead nowhere."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    wrong = []
    for groups in LINK.findall(text):
        link = "".join(groups)
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        leads = target.exists() and target.is_relative_to(ROOT)
        if leads and anchor and target.suffix == ".md":
            leads = anchor in anchors(target)
        if not leads:
            wrong.append(link)
    return wrong


class TestLinks:
    def test_between_documents_lead_somewhere(self) -> None:
        documents = [path for path in tracked() if path.endswith(".md") and path.startswith(ROOTS_OF_LINKS)]
        assert len(documents) > 15
        assert not {path: wrong for path in documents if (wrong := broken(ROOT / path))}

    def test_of_a_document_are_judged_by_file_and_heading(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
        (tmp_path / "other.md").write_text("# Who may do `what`?\n## Twice\n## Twice\n")
        page = tmp_path / "page.md"
        page.write_text(
            "[a](other.md#who-may-do-what) [b](other.md#twice-1) [c](other.md#twice-2) [d](gone.md) [e](https://x.y/)"
        )
        assert broken(page) == ["other.md#twice-2", "gone.md"]

    def test_named_in_words_exist(self) -> None:
        """`docs/schedules.md` in a comment or a document is a promise too."""
        missing = {
            path: gone
            for path in tracked()
            if (gone := [name for name in MENTION.findall((ROOT / path).read_text()) if not (ROOT / name).exists()])
        }
        assert not missing
