"""Icons, as safe HTML: a use of a symbol of `static/icons.svg`."""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@lru_cache(maxsize=256)
def icon(name: str, label: str = "") -> SafeString:
    """The icon `name`; an icon alone needs a `label`, one beside its word has none."""
    sprite = static("icons.svg")
    if not label:
        return format_html(
            '<svg class="hf-i" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name
        )
    return format_html(
        '<svg class="hf-i" viewBox="0 0 24 24" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
        label, sprite, name,
    )  # fmt: skip
