"""What a service needs: set as a whole, and never in a circle."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data import answers
from config.base.data.history import sign_history
from incidents.models import Service, ServiceDependency
from oncall.models import User


@transaction.atomic
def set_dependencies(
    *, service: Service, needs: Collection[Service], actor: User | None, reason: str = ""
) -> list[str]:
    """Let a service need exactly these; returns the names of those that were added or removed.

    Raises ValidationError on `depends_on` for the service itself, and where a new one would close a circle.
    """
    answers.await_key("incidents.servicedependency")
    rows = {row.needs_id: row for row in service.dependencies.select_related("needs")}
    needed = {each.pk: each for each in needs}
    added = [each for pk, each in needed.items() if pk not in rows]
    check_no_circle(service, added)
    removed = [row for pk, row in rows.items() if pk not in needed]
    for row in [*removed, *(ServiceDependency(service=service, needs=each) for each in added)]:
        sign_history(row, actor=actor, reason=reason)
        if row.pk is None:
            row.save(force_insert=True)
        else:
            row.delete()
    return sorted([each.name for each in added] + [row.needs.name for row in removed])


def check_no_circle(service: Service, needs: Iterable[Service]) -> None:
    """Raise ValidationError on `depends_on` if one of these needs the service itself, directly or through others."""
    needs = list(needs)
    if not needs:
        return
    edges: dict[int, list[int]] = defaultdict(list)
    for dependent, other in ServiceDependency.objects.values_list("service", "needs"):
        edges[dependent].append(other)
    for each in needs:
        if each.pk == service.pk:
            raise ValidationError({"depends_on": [f"{each.name} cannot need itself. Leave it out."]})
        if service.pk is not None and service.pk in _reach(each.pk, edges):
            raise ValidationError(
                {
                    "depends_on": [
                        f"{each.name} already needs {service.name}, directly or through others, so {service.name}"
                        f" cannot need {each.name}. Leave out one of the two."
                    ]
                }
            )


def _reach(start: int, edges: dict[int, list[int]]) -> set[int]:
    """All services that one needs, directly or through others."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        for needed in edges[waiting.pop()]:
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return seen
