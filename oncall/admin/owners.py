"""Administration of rows that belong to a person or give rights in a team (bad input 63)."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest

from config.base.data.users import signed_in
from config.base.web.admin import ConfigAdmin, TabularInline
from oncall.models import Membership, Team, User
from oncall.people import privileges

_STRONGER = (
    "{name} may do or see more than you, so you cannot change how {name} signs in or is reached."
    " {name} can do it under My account, and so can a superuser."
)


class OwnedAdmin(ConfigAdmin):
    """Rows of a person: nobody adds, changes or deletes those of somebody who may do more."""

    owner_field = "user"

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As the table says, and only rows of people whose rights the actor holds too."""
        return super().has_change_permission(request, obj) and self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As for changing."""
        return super().has_delete_permission(request, obj) and self._may(request, obj)

    def _may(self, request: HttpRequest, obj: models.Model | None) -> bool:
        actor = signed_in(request)
        return obj is None or privileges.may_take_over(actor=actor, account=getattr(obj, self.owner_field))

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: object
    ) -> Any:
        """The form, which refuses owners who may do more than the actor."""
        form = super().get_form(request, obj, change=change, **kwargs)
        names = {"actor": request.user, "owner_field": self.owner_field}
        return type(form.__name__, (_OwnerCheck, form), names)


class _OwnerCheck:
    """Refuses a row of a person who may do more than the actor."""

    actor: User
    owner_field: str
    cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, object] | None:
        """As the form does, and look at the owner."""
        cleaned: dict[str, object] | None = super().clean()  # type: ignore[misc]  # a mixin: the form behind it has it
        owner: User | None = self.cleaned_data.get(self.owner_field)
        if owner is not None and not privileges.may_take_over(actor=self.actor, account=owner):
            self.add_error(self.owner_field, _STRONGER.format(name=owner.name))  # type: ignore[attr-defined]  # the form's
        return cleaned


class OwnedInline(TabularInline):
    """Rows of a person under the person's page: read only if the person may do more than the reader."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As the table says, and only for people whose rights the actor holds too."""
        return super().has_add_permission(request, obj) and self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As for adding."""
        return super().has_change_permission(request, obj) and self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As for adding."""
        return super().has_delete_permission(request, obj) and self._may(request, obj)

    def _may(self, request: HttpRequest, person: models.Model | None) -> bool:
        return not isinstance(person, User) or privileges.may_take_over(actor=signed_in(request), account=person)


class MembershipForm(forms.ModelForm):
    """A member of a team; what a person gets by it, the actor must hold."""

    actor: User

    class Meta:
        model = Membership
        fields = ("team", "user", "role", "fte", "trained_on")

    def clean(self) -> dict[str, object]:
        """Refuse a new member, another person, team or role, that gives more than the actor holds."""
        cleaned: dict[str, Any] = super().clean() or {}
        team: Team | None = cleaned.get("team") or getattr(self.instance, "team", None)
        gives_rights = not self.instance.pk or bool({"team", "user", "role"} & set(self.changed_data))
        if team is None or team.pk is None or not cleaned.get("role") or not gives_rights:
            return cleaned  # a team that is not saved yet has no records to hide
        if not privileges.may_put_into_team(actor=self.actor, team=team, role=cleaned["role"]):
            self.add_error(None, privileges.refusal_to_put_into(team))
        return cleaned


class MembershipInline(TabularInline):
    """The members of a team, or the teams of a person."""

    model = Membership
    form = MembershipForm
    autocomplete_fields = ("user", "team")
    extra = 0
    hide_title = True

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: object) -> Any:
        """The formset, whose forms know who acts."""
        form = type("MembershipForm", (self.form,), {"actor": request.user})
        return super().get_formset(request, obj, **{"form": form} | kwargs)
