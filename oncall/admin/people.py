"""Accounts, roles, teams and contact methods; nobody can grant or take over more rights than they have."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from config.base.data.clock import database_now
from config.base.data.lifecycle import Refusal
from config.base.data.roles import Role
from config.base.data.users import signed_in
from config.base.web.admin import ConfigAdmin, FactAdmin, HistoryAdmin
from config.base.web.forms import add_refusal
from config.base.web.use_links import lines_of
from oncall import signals
from oncall.admin.owners import MembershipForm, MembershipInline, OwnedAdmin, OwnedInline
from oncall.calendars import countries
from oncall.forms.people import CloseForm
from oncall.models import AccountKind, ContactMethod, Deactivation, Membership, NotificationRule, Team, User
from oncall.people import accounts, leaving, privileges


@admin.register(Deactivation)
class DeactivationAdmin(FactAdmin):
    """Periods in which accounts were closed; accounts are closed and reopened on their own page."""

    list_display = ("user", "starts_at", "ends_at", "closed_by", "reopened_by")
    list_select_related = ("user", "closed_by", "reopened_by")
    search_fields = ("user__name", "user__email")
    ordering = ("-starts_at", "-pk")


_GRANTS = ("is_staff", "is_superuser", "groups")


class PersonForm(UserCreationForm):
    """A new account."""

    class Meta:
        model = User
        fields = ("email", "name", "time_zone")


class ContactMethodForm(forms.ModelForm):
    """A contact method; the model refuses a webhook that outgoing calls may not reach."""

    class Meta:
        model = ContactMethod
        fields = ("user", "kind", "address", "secret", "verified_at")


class ContactMethodInline(OwnedInline):
    """A person's contact methods."""

    model = ContactMethod
    form = ContactMethodForm
    extra = 0
    hide_title = True


class NotificationRuleInline(OwnedInline):
    """A person's notification rules, on their own contact methods."""

    model = NotificationRule
    extra = 0
    hide_title = True
    ordering = ("urgency", "position")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the person's own contact methods."""
        if db_field.name == "contact_method" and request.resolver_match:
            kwargs["queryset"] = ContactMethod.objects.filter(user=request.resolver_match.kwargs.get("object_id") or 0)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def close_account_page(page: ConfigAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what closing the account opens and whose duties go where; POST closes it and hands them over."""
    person: User | None = page.get_object(request, object_id)
    if person is None:
        raise Http404
    if not page.has_change_permission(request, person) or person.is_superuser > request.user.is_superuser:
        raise PermissionDenied
    at = database_now()
    back = reverse("admin:oncall_user_change", args=[person.pk])
    if not person.is_active:
        messages.info(request, f"The account of {person.name} is closed already.")
        return HttpResponseRedirect(back)
    announced = leaving.announced_duties(user=person, at=at)
    form = CloseForm(request.POST or None, person=person, announced=announced)
    if request.method == "POST" and form.is_valid() and _close(request, person, form, at):
        messages.success(request, f"The account of {person.name} is closed.")
        return HttpResponseRedirect(back)
    if form.is_bound:
        form.data = {**request.POST.dict(), "announced": json.dumps(announced)}
    return TemplateResponse(request, "admin/close_account.html", _context(page, request, person, form, at))


def _close(request: HttpRequest, person: User, form: CloseForm, at: datetime) -> bool:
    try:
        leaving.close_and_hand_over(
            user=person,
            successor=form.cleaned_data["successor"],
            reason=form.cleaned_data["reason"],
            announced=form.cleaned_data["announced"],
            at=at,
            actor=signed_in(request),
        )
    except Refusal as refusal:
        add_refusal(form, refusal)
        return False
    return True


def _context(
    page: ConfigAdmin, request: HttpRequest, person: User, form: CloseForm, at: datetime
) -> dict[str, object]:
    reader = signed_in(request)
    duties = leaving.list_duties(user=person, reader=reader, at=at)
    losses = leaving.list_losses(user=person, reader=reader, at=at)
    return page.question_context(request, person, f"Close the account of {person.name}") | {
        "person": person,
        "gaps": leaving.list_gaps(user=person, at=at),
        "days": leaving.AHEAD.days,
        "duties": [lines_of(tally, person, request) for tally in duties],
        "losses": [lines_of(tally, person, request) for tally in losses],
        "form": form,
    }


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ConfigAdmin):
    """People with an account."""

    form = UserChangeForm
    add_form = PersonForm
    names_are_open = True
    change_password_form = AdminPasswordChangeForm
    list_display = ("name", "email", "time_zone", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "groups", "memberships__team")
    search_fields = ("name", "email", "employee_number")
    ordering = ("name", "pk")
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    readonly_fields = ("last_login", "joined_at", "origin")
    inlines = (MembershipInline, ContactMethodInline, NotificationRuleInline)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Person", {"fields": ("time_zone", "country", "employee_number")}),
        ("Access", {"fields": ("is_active", *_GRANTS)}),
        ("Record", {"fields": ("last_login", "joined_at", "origin")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "time_zone", "usable_password", "password1", "password2")}),)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Those who only choose people by name search no employee numbers."""
        return self.search_fields if request.user.has_perm("oncall.view_user") else ("name", "email")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        """People; accounts of programs have a page of their own."""
        rows: models.QuerySet[User] = super().get_queryset(request)
        return rows.filter(kind=AccountKind.PERSON)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show countries by name."""
        if db_field.name == "country":
            return forms.ChoiceField(
                choices=countries.choices("Not set"), required=False, widget=UnfoldAdminSelectWidget
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only superusers grant roles; of an account that may do more, the address is fixed (bad input 63).

        With a new address or password, or opened again, it could be used by the actor.
        """
        fixed = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fixed
        if obj is not None and not privileges.may_take_over(actor=signed_in(request), account=obj):
            fixed += ("email",) if obj.is_active else ("email", "is_active")
        return (*fixed, *_GRANTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only superusers change the accounts of superusers."""
        return super().has_change_permission(request, obj) and (
            obj is None or request.user.is_superuser or not obj.is_superuser
        )

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a password, unless the account may do more than the actor."""
        account = self.get_object(request, unquote(id))
        if account is not None and not privileges.may_take_over(actor=signed_in(request), account=account):
            raise PermissionDenied(
                "This account may do or see more than you, so you cannot set its password."
                ' Its owner can, with "Forgot your password?" on the sign-in page.'
            )
        response: HttpResponse = super().user_change_password(request, id, form_url)
        return response

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Accounts are closed, not deleted: pages, timelines and pay need their names."""
        return False

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: object = None) -> HttpResponse:
        """Explain why not, and what to do instead."""
        messages.warning(
            request,
            "Accounts are closed, not deleted: pages, timelines, rotas and pay need their names."
            " Close the account instead: this page says what the person leaves behind.",
        )
        return redirect("admin:oncall_user_close", object_id)

    change_form_outer_after_template = "components/admin_close_account.html"

    def get_urls(self) -> list[URLPattern]:
        """With the address of the page that closes an account."""
        view = self.admin_site.admin_view(partial(close_account_page, self))
        return [path("<int:object_id>/close/", view, name="oncall_user_close"), *super().get_urls()]

    def save_form(self, request: HttpRequest, form: forms.ModelForm, change: bool) -> User:
        """The changed account; one with duties stays open, because its own page says who takes them over."""
        account: User = super().save_form(request, form, change)
        is_closed = change and "is_active" in form.changed_data and not account.is_active
        if is_closed and leaving.leaves_something(user=account, at=database_now()):
            account.is_active = True
            form.changed_data.remove("is_active")
            vars(request)["closes_account"] = True  # for `response_change`
        return account

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Where a saved form leads: to the page that closes the account, if it has duties."""
        if "closes_account" not in vars(request):
            response: HttpResponse = super().response_change(request, obj)
            return response
        messages.info(request, f"{obj.name} has duties: say who takes them over. All other changes are saved.")
        return redirect("admin:oncall_user_close", obj.pk)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        """Save; after a change of address the old one cannot sign in, and a closed account leaves the rota."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            change_account = accounts.reopen_account if obj.is_active else accounts.close_account
            change_account(user=obj, at=database_now(), actor=signed_in(request))
        if change and "email" in form.changed_data:
            accounts.delete_other_addresses(user_id=obj.pk)


# Allauth's own admin pages show second factors and allow changing addresses without changing the account.
admin.site.unregister([Group, account_admin.EmailAddress, mfa_admin.Authenticator])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ConfigAdmin):
    """Roles; superusers make groups of their own, the product's roles are fixed by the table of rights."""

    search_fields = ("name",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers, unless it is a role of the product."""
        return bool(request.user.is_superuser) and (obj is None or obj.name not in Role.values)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, obj)


@admin.register(Team)
class TeamAdmin(HistoryAdmin):
    """Teams and their members."""

    names_are_open = True
    list_display = ("name", "kind", "time_zone", "escalation_policy")
    list_filter = ("kind",)
    list_select_related = ("escalation_policy",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("escalation_policy",)
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name",)
    inlines = (MembershipInline,)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: object, change: bool) -> None:
        """Save the members, and check again which of them can be reached."""
        super().save_related(request, form, formsets, change)
        signals.send_reachability_changed(at=database_now(), teams=[form.instance.pk])


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    """Members of teams."""

    form = MembershipForm

    list_display = ("user", "team", "role", "fte", "trained_on")
    list_filter = ("role", "team", ("trained_on", admin.EmptyFieldListFilter))
    list_select_related = ("user", "team")
    search_fields = ("user__name", "user__email", "team__name")
    autocomplete_fields = ("user", "team")
    ordering = ("team__name", "user__name")

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: object
    ) -> Any:
        """The form, which knows who acts."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})


@admin.register(ContactMethod)
class ContactMethodAdmin(OwnedAdmin):
    """Contact methods; pages go only to verified ones."""

    form = ContactMethodForm
    list_display = ("user", "kind", "address", "verified_at")
    list_filter = ("kind", ("verified_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email", "address")
    autocomplete_fields = ("user",)
    ordering = ("user__name", "pk")


@admin.register(NotificationRule)
class NotificationRuleAdmin(OwnedAdmin):
    """Notification rules: on which contact method people are paged, and after how long."""

    list_display = ("user", "urgency", "position", "after_minutes", "contact_method")
    list_filter = ("urgency",)
    list_select_related = ("user", "contact_method")
    search_fields = ("user__name", "user__email")
    autocomplete_fields = ("user", "contact_method")
    ordering = ("user__name", "urgency", "position")
