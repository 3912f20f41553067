"""The sections of a postmortem template: their order, and keys that stay when a title changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import slugify

from postmortems.models import PUBLIC_TEXT

KEY_LENGTH = 40


@dataclass(frozen=True, kw_only=True)
class SectionDraft:
    """A section as somebody writes it; `key` is empty for a new one, `order` for one that stays in its place."""

    key: str
    title: str
    guidance: str
    is_required: bool
    order: int | None = None


def build_sections(drafts: Sequence[SectionDraft]) -> list[dict[str, object]]:
    """The sections to store, by their order.

    A section keeps its key, also under another title, because postmortems know it by that. A new one gets a key from
    its title, and another number where that is taken.
    """
    placed = sorted(enumerate(drafts), key=lambda item: (_place(drafts, item[0]), item[0]))
    taken = {PUBLIC_TEXT} | {draft.key for draft in drafts if draft.key}
    sections: list[dict[str, object]] = []
    for _, draft in placed:
        key = draft.key or _new_key(draft.title, taken)
        taken.add(key)
        sections.append(
            {"key": key, "title": draft.title, "guidance": draft.guidance, "is_required": draft.is_required}
        )
    return sections


def _place(drafts: Sequence[SectionDraft], index: int) -> int:
    """The order of a section; without one it follows the section above it."""
    orders = [draft.order for draft in drafts[: index + 1] if draft.order is not None]
    own = drafts[index].order
    return own if own is not None else max(orders, default=0)


def _new_key(title: str, taken: set[str]) -> str:
    base = slugify(title).replace("-", "_")[:KEY_LENGTH] or "section"
    numbered = (f"{base[: KEY_LENGTH - 4]}_{number}" for number in range(2, 1000))
    return base if base not in taken else next(key for key in numbered if key not in taken)
