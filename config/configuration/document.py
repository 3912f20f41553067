"""The file: plain YAML with a version, read with care, because anybody may have written it.

Anchors, tags, a key twice, more than one document and deep nesting are refused before anything is built from them.
Only `true`, `false`, `null` and numbers are other than text, so that dates and times stay as they are written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from config.base.data.cpu_budget import CpuBudget

VERSION = 1
MAX_BYTES = 512 * 1024
MAX_RECORDS = 2_000
MAX_DEPTH = 12
CPU_SECONDS = 10.0
"""Processor time for reading one file."""
MAX_PROBLEMS = 100
"""So many are named at once; with more the reader starts over anyway."""
WIDTH = 119

Row = dict[str, object]
Sections = dict[str, list[Row]]


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, and where: an empty section is the file itself."""

    sentence: str
    section: str = ""
    record: str = ""
    field: str = ""

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.section, self.record, self.field)))
        return f"{place}: {self.sentence}" if place else self.sentence


class Refused(Exception):
    """The file cannot be imported, and nothing of it was; each problem says where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)[:MAX_PROBLEMS]
        super().__init__("\n".join(map(str, self.problems)))


class _Loader(yaml.SafeLoader):
    """Builds text, numbers, yes and no, nothing, lists and mappings with each key once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, object]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """The mapping. Raises ConstructorError for a key that is no text or stands twice."""
        keys: set[str] = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in keys:
                text = "a key is a plain text" if key is None else f"the key {key} stands twice here"
                raise yaml.constructor.ConstructorError(None, None, text, key_node.start_mark)
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


for _tag, _values in (("bool", ("true", "false")), ("null", ("null", "~", ""))):
    for _value in _values:
        _Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{'|'.join(_values)})$"), [_value[:1]]
        )
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789"))


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and rows indented below their section."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists, too."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        """A value that stands twice is written twice."""
        return True


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _write_text)


def write(sections: Mapping[str, list[Row]]) -> str:
    """The text of a file; the same records give the same bytes."""
    document = {"version": VERSION, **sections}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def read(text: str | bytes, *, sections: Iterable[str]) -> Sections:
    """The records of a file by section. Raises Refused that names what is wrong with the file or its records."""
    content = _load(_decode(text))
    if not isinstance(content, dict):
        raise Refused(
            [Problem("This is no file of configuration: it starts with `version: 1`, then come its sections.")]
        )
    _check_version(content.pop("version", None))
    names = list(sections)
    if unknown := [name for name in content if name not in names]:
        sentence = f"There is no such section. Known are: {', '.join(names)}."
        raise Refused(Problem(sentence, str(name)) for name in unknown)
    problems = list(_shape_problems(content))
    if not problems and (count := sum(map(len, filter(None, content.values())))) > MAX_RECORDS:
        problems.append(Problem(f"It holds {count:,} records, and {MAX_RECORDS:,} can be imported at once. Split it."))
    if problems:
        raise Refused(problems)
    return {name: content.get(name) or [] for name in names if name in content}


def _decode(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise Refused([Problem(f"The file is larger than {MAX_BYTES // 1024} KiB. Split it.")])
    try:
        return text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise Refused([Problem("The file is not UTF-8 text. Save it as such.")]) from None


def _load(text: str) -> object:
    try:
        _check_events(yaml.parse(text, Loader=_Loader))
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - ours derives from the safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark is not None else ""
        raise Refused([Problem(f"It cannot be read{place}: {getattr(error, 'problem', None) or error}.")]) from None
    except (ValueError, RecursionError):
        raise Refused([Problem("It cannot be read: a value is no text, number, yes or no.")]) from None


def _check_events(events: Iterator[yaml.Event]) -> None:
    """Refuse what makes small files large or strange; at this point nothing has been built."""
    depth = documents = 0
    budget = CpuBudget(CPU_SECONDS, advice="Reading this file takes too long. Split it.")
    for event in events:
        budget.check()
        line = event.start_mark.line + 1 if event.start_mark else 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Refused([Problem(f"Line {line} has an anchor or an alias. Write the value where it belongs.")])
        if tag := getattr(event, "tag", None):
            raise Refused([Problem(f"Line {line} has the tag {tag}. Leave it out.")])
        if depth > MAX_DEPTH:
            raise Refused([Problem(f"Line {line} is nested deeper than {MAX_DEPTH}.")])
        if documents > 1:
            raise Refused([Problem(f"A second document begins in line {line}. Import one at a time.")])


def _check_version(version: object) -> None:
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise Refused(
            [
                Problem(
                    f"The file has the version {version}, and this system reads up to {VERSION}."
                    " Export it from an older system, or bring this one up to date.",
                    field="version",
                )
            ]
        )
    if version != VERSION or isinstance(version, bool):
        raise Refused([Problem(f"Write `version: {VERSION}` in its first line.", field="version")])


def _shape_problems(content: Mapping[str, object]) -> Iterator[Problem]:
    for name, rows in content.items():
        if rows is not None and not isinstance(rows, list):
            yield Problem("Write a list of records here.", name)
            continue
        for place, row in enumerate(rows or [], start=1):
            if not isinstance(row, dict):
                yield Problem("A record is fields with values, as `name: Payments`.", name, f"record {place}")
