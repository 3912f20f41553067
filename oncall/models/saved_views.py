"""Saved views: the filters and order of a list, saved under a name."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from config.base.data.models import OneLineField
from oncall.models.people import Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views."""

    def visible_to(self, user: "User | AnonymousUser") -> "SavedViewQuerySet":
        """The person's own and those of their teams."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=user) | Q(team__in=user.memberships.values("team")))


class SavedView(models.Model):
    """The query string of a list under a name, saved by a person for themselves or for their team."""

    name = OneLineField(max_length=60)
    path = models.CharField(max_length=200, help_text="The list's path, such as /incidents/.")
    query = models.CharField(max_length=2000, help_text="The part of the address after the question mark.")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views")
    position = models.PositiveSmallIntegerField(default=0, help_text="Order among the owner's views of the same list.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, team__isnull=True) | Q(owner__isnull=True, team__isnull=False),
                name="oncall_savedview_of_one",
            ),
            models.CheckConstraint(condition=~Q(query="") & ~Q(name=""), name="oncall_savedview_says_something"),
            models.UniqueConstraint(fields=["owner", "path", "name"], name="oncall_savedview_once"),
            models.UniqueConstraint(fields=["team", "path", "name"], name="oncall_savedview_once_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    def get_absolute_url(self) -> str:
        """The address of the list with this query string."""
        return f"{self.path}?{self.query}"
