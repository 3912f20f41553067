"""Who may do what: one table of rights, and the one check that portal, API and administration ask.

Each app declares its lines of the table in its `rights.py`. A right has the form of Django's permissions
(`oncall.change_schedule`), so `user.has_perm(right, record)` is the check, and groups of your own can hold it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet

from config.base.data.roles import Role
from config.base.data.users import User, Visitor

RowT = TypeVar("RowT", bound=Model)

TEAM_MANAGER, TEAM_RESPONDER = "manager", "responder"


@dataclass(frozen=True, kw_only=True)
class Right:
    """One line of the table: who may do these actions with records of this model.

    `roles` may do it with every record, `team` with records of a team in which they have one of these roles, and
    `owner` with what is their own; `everybody` who has an account. `words` ends the question "Who can ...?".
    The paths lead from a record to its team, or to the memberships of its person, and to its owner.
    """

    model: str
    actions: str
    words: str
    roles: Sequence[Role] = ()
    team: Sequence[str] = ()
    team_path: str = "team_id"
    owner: bool = False
    owner_path: str = "user_id"
    everybody: bool = False
    is_of_administration: bool = False
    """Whether it only lets people read records in the administration."""

    @property
    def team_lookup(self) -> str:
        """The path to the team's id, as the ORM writes it."""
        path = self.team_path.replace(".", "__")
        return f"{path}__team_id" if path.endswith("memberships") else path

    @property
    def codes(self) -> list[str]:
        """The permissions of this line, as Django writes them."""
        app, name = self.model.split(".")
        return [f"{app}.{action}_{name}" for action in self.actions.split()]

    @property
    def who(self) -> str:
        """Who has it, in words."""
        if self.everybody:
            return "Everybody with an account"
        parts = [f"{role.label.lower()}s" for role in self.roles]
        parts += [f"the {role}s of its team" for role in self.team]
        parts += ["the person it belongs to"] if self.owner else []
        sentence = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        return sentence[:1].upper() + sentence[1:] if sentence else "Superusers"


def read_in_administration(app: str, names: Mapping[str, str], *, roles: Sequence[Role]) -> list[Right]:
    """Lines of models that these roles only read in the administration; `names` are words by model."""
    return [
        Right(
            model=f"{app}.{model}",
            actions="view",
            words=f"read the records of {words} in the administration",
            roles=roles,
            is_of_administration=True,
        )
        for model, words in names.items()
    ]


_lines: list[Right] = []


def declare(lines: Iterable[Right]) -> None:
    """Add an app's lines to the table, when Django starts."""
    _lines.extend(lines)
    by_code.cache_clear()
    codes_of.cache_clear()


def table() -> tuple[Right, ...]:
    """All lines, in the order of the apps."""
    return tuple(_lines)


@cache
def by_code() -> dict[str, Right]:
    """The line of each right. Raises ValueError if two lines give the same right."""
    lines: dict[str, Right] = {}
    for line in _lines:
        for code in line.codes:
            if code in lines:
                raise ValueError(f"{code} stands twice in the table of rights.")
            lines[code] = line
    return lines


@cache
def codes_of(role: str) -> frozenset[str]:
    """The rights that a role has with every record."""
    return frozenset(code for code, line in by_code().items() if role in line.roles)


def codes_in_team(role: str) -> frozenset[str]:
    """The rights that a member with this role has with the team's records."""
    return frozenset(code for code, line in by_code().items() if role in line.team)


class Holder:
    """What one person holds, read once a request: roles, rights by role or group, roles in teams."""

    def __init__(self, user: User) -> None:
        self._user = user
        self.roles = frozenset(user.groups.values_list("name", flat=True))
        self.codes = self._codes()
        self._role_by_team: dict[int, str] | None = None

    @property
    def role_by_team(self) -> dict[int, str]:
        """The person's role in each of their teams, by the team's id."""
        if self._role_by_team is None:
            self._role_by_team = dict(self._user.memberships.values_list("team_id", "role"))
        return self._role_by_team

    def _codes(self) -> frozenset[str]:
        """Rights with every record: those of roles stand in the table, those of other groups in the database."""
        codes = frozenset[str]().union(*(codes_of(name) for name in self.roles))
        if self.roles <= frozenset(Role.values):
            return codes
        groups = self._user.groups.exclude(name__in=Role.values)
        granted = groups.values_list("permissions__content_type__app_label", "permissions__codename")
        return codes | {f"{app}.{code}" for app, code in granted if code}


def holder(user: User) -> Holder:
    """What this person holds; the account's object keeps it."""
    held: Holder | None = getattr(user, "_holder", None)
    if held is None:
        held = user._holder = Holder(user)  # type: ignore[attr-defined]  # a mark on the account's object
    return held


def has_role(user: Visitor, *roles: Role) -> bool:
    """Whether the person is in one of these groups; a superuser is in all of them.

    For duties that name a role, as a seat in a review. Who may do what is a question for `user.has_perm`.
    """
    if not user.is_active:
        return False
    return user.is_superuser or any(role.value in holder(user).roles for role in roles)


def holds(user: Visitor, code: str, record: object = None) -> bool:
    """Whether the person may do this, with this record; without one, with every record.

    A record that the person cannot see gives no right. `user.has_perm` asks this function.
    """
    if not user.is_active or user.is_superuser:
        return bool(user.is_active)
    if record is not None and hasattr(record, "is_visible_to") and not record.is_visible_to(user):
        return False
    line = by_code().get(code)
    if code in holder(user).codes or (line is not None and line.everybody):
        return True
    return line is not None and record is not None and _holds_with(user, line, record)


def _holds_with(user: User, line: Right, record: object) -> bool:
    """Whether the record is the person's own, or belongs to a team in which the person has a fitting role."""
    if line.owner and attrgetter(line.owner_path)(record) == user.pk:
        return True
    return bool(line.team) and any(holder(user).role_by_team.get(team) in line.team for team in _teams(line, record))


def _teams(line: Right, record: object) -> Iterable[int]:
    """The teams that the record belongs to; a person's records belong to all teams of the person."""
    try:
        end = attrgetter(line.team_path)(record)
    except (AttributeError, ObjectDoesNotExist):  # a new record that does not name its parent yet
        return []
    return end.values_list("team_id", flat=True) if hasattr(end, "values_list") else [end]


def holds_somewhere(user: Visitor, code: str) -> bool:
    """Whether there may be a record with which the person may do this: for menus, lists and buttons to create."""
    if holds(user, code):
        return True
    line = by_code().get(code)
    if line is None or not user.is_active:
        return False
    return line.owner or (bool(line.team) and any(role in line.team for role in holder(user).role_by_team.values()))


def configures_a_team(user: Visitor) -> bool:
    """Whether the person sets up something of a team of theirs: such people open the administration, too.

    Every page with a menu asks; the sign-in reads `team_roles` with the account, so that this costs no query.
    """
    if not user.is_active or not user.is_authenticated:
        return False
    roles = set(user.team_roles if hasattr(user, "team_roles") else holder(user).role_by_team.values())
    return any(roles & set(line.team) and {"add", "change"} & set(line.actions.split()) for line in table())


def held_rows(rows: QuerySet[RowT], user: User, *codes: str) -> QuerySet[RowT]:
    """The rows with which the person has one of these rights."""
    if any(holds(user, code) for code in codes):
        return rows
    condition = Q(pk__in=[])
    for line in filter(None, (by_code().get(code) for code in codes)):
        if line.owner:
            condition |= Q(**{line.owner_path.replace(".", "__"): user.pk})
        if line.team:
            teams = [team for team, role in holder(user).role_by_team.items() if role in line.team]
            condition |= Q(**{f"{line.team_lookup}__in": teams})
    return rows.filter(condition).distinct()


def all_codes(user: Visitor) -> frozenset[str]:
    """Every right that the person has with every record."""
    if not user.is_active:
        return frozenset()
    everybody = {code for code, line in by_code().items() if line.everybody}
    return frozenset(by_code()) if user.is_superuser else holder(user).codes | everybody


def who_can(code: str) -> str:
    """A sentence for those who are refused: what it is, and who can do it."""
    line = by_code()[code]
    return f"To {line.words}, ask: {line.who[:1].lower() + line.who[1:]}."
