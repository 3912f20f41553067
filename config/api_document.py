"""The last touch to the API's OpenAPI document: every field and parameter has its meaning and an example.

The words stand in `api_words.toml`, one line a word, because one word means one thing everywhere.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_WORDS = Path(__file__).with_name("api_words.toml")
_METHODS = ("get", "post", "put", "patch", "delete")
_BY_FORMAT = {
    "date-time": "2026-03-01T09:00:00Z",
    "date": "2026-03-01",
    "email": "ana@example.com",
    "uri": "https://example.com/graph",
    "uuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "double": 1.5,
}
_BY_TYPE = {"integer": 7, "number": 1.5, "boolean": True, "string": "As you write it."}


@cache
def words() -> dict[str, dict[str, Any]]:
    """The sections of the file of words."""
    return tomllib.loads(_WORDS.read_text())


def describe(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """The document with descriptions and examples where the code has none of its own."""
    components = result["components"]["schemas"]
    for record, name, _ in fields(result):
        _give_room(components[record]["properties"], name)
    _close_requests(components)
    for record, name, field in fields(result):
        for shape in (field, *field.get("oneOf", ())):
            if shape.get("default") == "" and "format" in shape:
                # An empty text is no address; leaving the field out means the same.
                del shape["default"]
        if text := _meaning(record, name):
            field.setdefault("description", text)
        if (value := _example(name, field)) is not None:
            field.setdefault("example", value)
    _share_headers(result)
    for parameter in parameters(result):
        if not parameter.get("description"):
            parameter["description"] = _meaning_of_parameter(parameter["name"])
    return result


def fields(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every field as (record, name, schema)."""
    for record, schema in document["components"]["schemas"].items():
        for name, field in list(schema.get("properties", {}).items()):
            yield record, name, field


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as (path, method, operation)."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every parameter of every operation."""
    for _, _, operation in operations(document):
        yield from operation.get("parameters", ())


def _close_requests(components: dict[str, Any]) -> None:
    """A field that does not exist is an error in a request; answers may get new ones with any release."""
    for record, schema in components.items():
        if record.endswith("Request") and "properties" in schema:
            schema["additionalProperties"] = False


def _share_headers(document: dict[str, Any]) -> None:
    """Write each header of answers once, among the components, where all answers say the same of it."""
    shared = document["components"].setdefault("headers", {})
    for _, _, operation in operations(document):
        for answer in operation["responses"].values():
            for name, header in answer.get("headers", {}).items():
                if shared.setdefault(name, header) == header:
                    answer["headers"][name] = {"$ref": f"#/components/headers/{name}"}


def _give_room(properties: dict[str, Any], name: str) -> None:
    """Wrap a bare reference, because OpenAPI 3.0 reads nothing that stands beside it."""
    if "$ref" in properties[name]:
        properties[name] = {"allOf": [properties[name]]}


def _meaning(record: str, name: str) -> str:
    meanings = words()["fields"]
    return meanings.get(f"{record}.{name}") or meanings.get(name, "")


def _meaning_of_parameter(name: str) -> str:
    meanings = words()
    return meanings["parameters"].get(name) or f"Only records with this value: {meanings['fields'].get(name, name)}"


def _example(name: str, field: dict[str, Any]) -> Any:
    """A value that the field can have; None for what is made of parts."""
    kind, shape = field.get("type"), field.get("format")
    if "enum" in field:
        return field["enum"][0]
    if kind not in _BY_TYPE:
        return None
    value = words()["examples"].get(name)
    if shape in _BY_FORMAT or kind != "string" or value is None:
        value = _BY_FORMAT.get(shape or "") or _BY_TYPE[kind]
    if kind in {"integer", "number"}:
        return max(field.get("minimum", value), min(value, field.get("maximum", value)))
    return value[: field["maxLength"]] if isinstance(value, str) and "maxLength" in field else value
