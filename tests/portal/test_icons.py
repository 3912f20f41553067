"""Icons: each name in use is in the sprite, and the sprite holds no others."""

import re

from django.conf import settings

from config.navigation.sections import GROUPS
from tests.architecture.sources import ROOT

SPRITE = (settings.BASE_DIR / "static/icons.svg").read_text()
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
_IN_TEMPLATES = re.compile(r'{% icon "([a-z0-9-]+)"')
_QUOTED = re.compile(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"')


def _of_templates() -> set[str]:
    return {name for path in (ROOT / "templates").rglob("*.html") for name in _IN_TEMPLATES.findall(path.read_text())}


def _of_code() -> set[str]:
    """Every quoted word of the code that is the name of a symbol."""
    folders = ("config", "oncall", "incidents", "problems", "postmortems")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {name for path in sources for name in _QUOTED.findall(path.read_text())} & SYMBOLS


class TestSprite:
    def test_has_every_icon_that_a_template_names(self) -> None:
        assert _of_templates() - SYMBOLS == set()

    def test_has_the_icon_of_every_section(self) -> None:
        assert {section.icon for group in GROUPS for section in group.sections} - SYMBOLS == set()

    def test_holds_no_icon_that_nobody_uses(self) -> None:
        assert SYMBOLS - _of_templates() - _of_code() == set()

    def test_holds_each_once(self) -> None:
        names = re.findall(r'<symbol id="([^"]+)"', SPRITE)

        assert len(names) == len(set(names))
