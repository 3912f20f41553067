"""The page of a person: teams, what they are on call for, how they are reached, and what other apps add."""

from config.base.web.views import DetailPage
from oncall.models import ContactMethod, User
from oncall.rota.my_shifts import person_shifts


class PersonPage(DetailPage):
    """One person; how they are reached is for those who may see it."""

    template_name = "oncall/people/person.html"
    queryset = User.objects.people()
    context_object_name = "owner"
    place = "person"

    def get_title(self) -> str:
        """The person's name."""
        return str(self.object.name)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The person's teams, shifts and contact methods."""
        owner = self.object
        shifts = person_shifts(user=owner, at=self.at)
        methods = ContactMethod.objects.filter(user=owner).order_by("kind", "pk")
        return super().get_context_data(**kwargs) | {
            "memberships": owner.memberships.select_related("team").order_by("team__name"),
            "running": shifts.running,
            "next": shifts.next,
            "methods": [row for row in methods if self.person.has_perm("oncall.view_contactmethod", row)],
        }
