"""Steps of a walk: the addresses that a reader asks for, in an order that never changes."""

import os
from collections.abc import Iterator

from django.core.cache import cache

from tests.walk.addresses import Address, addresses
from tests.walk.company import OPEN, PRIVATE, Company
from tests.walk.readers import Answer, Reader

IS_DEEP = os.environ.get("WALK_DEPTH") == "full"
"""`WALK_DEPTH=full` asks as every reader for the open records too, and compares for every reader.

Otherwise only the reader with all rights does so.
"""
PUBLISHED = {"incidents.PublicIncident.name", "incidents.CustomerUpdate.body"}
"""Columns that a person wrote for customers and published: all of a ticket that the status page shows."""
STATUS_PAGE = ("/status/", "/api/v2/")
_METHOD_NOT_ALLOWED = 405


def visit(reader: Reader, *keys: int, is_brief: bool = False, below: str = "") -> Iterator[tuple[str, Answer]]:
    """(path, answer) of every address, or of those `below` a prefix, for records with these keys.

    Of an address that takes no GET, or leads this reader to the sign-in, only the first path is asked for.
    `is_brief` takes the first word where an address has a choice of words.
    """
    cache.clear()
    for address in addresses():
        is_outside = reader.is_program and not address.pattern.startswith("api/")
        if is_outside or _is_alike(reader, address) or not address.pattern.startswith(below):
            continue
        for path in address.paths(*keys, is_brief=is_brief):
            answer = reader.get(path)
            yield path, answer
            if answer.status == _METHOD_NOT_ALLOWED or "Location: /accounts/login/" in answer.text:
                break


def paths(reader: Reader, *keys: int) -> Iterator[str]:
    """The same addresses without asking for them; of an address with a choice of words, the first word's."""
    cache.clear()
    for address in addresses():
        if not _is_alike(reader, address):
            yield from address.paths(*keys, is_brief=not IS_DEEP)


def _is_alike(reader: Reader, address: Address) -> bool:
    return not IS_DEEP and reader.is_answered_alike(address)


def visit_records(reader: Reader, *keys: int) -> Iterator[tuple[str, Answer]]:
    """(path, answer) of the pages of these records and of every list, without the administration's."""
    cache.clear()
    for address in addresses():
        if address.pattern.startswith(("admin/", "accounts/")) or _is_alike(reader, address):
            continue
        for path in address.paths(*keys, is_brief=not IS_DEEP):
            yield path, reader.get(path)


def leaks(company: Company, path: str, answer: Answer) -> set[str]:
    """The private columns in an answer, but not what a person has published for customers."""
    seen = company.labels(answer.text)
    return seen - PUBLISHED if path.startswith(STATUS_PAGE) else seen


def visit_as_stranger(reader: Reader) -> Iterator[tuple[str, Answer]]:
    """(path, answer) of the private records' addresses; in a deep walk of the open records' too, with all words."""
    return visit(reader, PRIVATE, OPEN) if IS_DEEP else visit(reader, PRIVATE, is_brief=True)
