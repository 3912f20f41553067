"""The page that says who can do what, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group

from config.base.data import rights
from config.base.data.roles import Role
from config.base.web.tabs import tabs_of
from config.base.web.views import TemplatePage
from oncall.models import User
from oncall.views.tabs import PEOPLE

_TITLES = {
    "oncall": "People, teams and being on call",
    "incidents": "Incidents, services and customers",
    "problems": "Problems",
    "postmortems": "Postmortems",
}


@dataclass(frozen=True)
class Answer:
    """One question with its answer, and what holds for the reader."""

    words: str
    who: str
    reader: str


class WhoCan(TemplatePage):
    """The table of rights; everybody may read it, because it says whom to ask."""

    title = "Who can do what"
    template_name = "oncall/people/who_can.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The lines by app; those that only read in the administration are apart."""
        groups = _groups_by_code()
        lines = rights.table()
        return super().get_context_data(**kwargs) | {
            "tabs": tabs_of(PEOPLE, path=self.request.path),
            "sections": [
                (title, [self._answer(line, groups) for line in lines if _is_shown(line, app)])
                for app, title in _TITLES.items()
                if any(_is_shown(line, app) for line in lines)
            ],
            "administration": [self._answer(line, groups) for line in lines if line.is_of_administration],
        }

    def _answer(self, line: rights.Right, groups: dict[str, list[str]]) -> Answer:
        own = sorted({name for code in line.codes for name in groups.get(code, [])})
        who = f"{line.who}. Also the groups: {', '.join(own)}" if own else line.who
        return Answer(line.words, who, _reader(self.person, line.codes))


def _is_shown(line: rights.Right, app: str) -> bool:
    return line.model.startswith(f"{app}.") and not line.is_of_administration


def _reader(user: User, codes: Iterable[str]) -> str:
    if all(rights.holds(user, code) for code in codes):
        return "Yes"
    return "With some" if any(rights.holds_somewhere(user, code) for code in codes) else "No"


def _groups_by_code() -> dict[str, list[str]]:
    """The groups of the customer's own, by right."""
    groups = Group.objects.exclude(name__in=Role.values).exclude(permissions=None)
    rows = groups.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    names: dict[str, list[str]] = {}
    for name, app, code in rows:
        names.setdefault(f"{app}.{code}", []).append(name)
    return names
