"""Service accounts: the list, the page of one, and what is done with it and its tokens."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import Now
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property

from config.base.data.lifecycle import Refusal
from config.base.web.guards import ActsOn, Edits, Once, Repeatable
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from oncall.access import service_accounts, tokens
from oncall.filters.access import ServiceAccountFilter
from oncall.forms.access import RolesForm, RotateForm, ServiceAccountEditForm, ServiceAccountForm, TokenForm
from oncall.models import ApiToken, ServiceAccount, User
from oncall.tables.access import ServiceAccountTable
from oncall.views import tabs

_CHANGE, _RENEW = "oncall.change_serviceaccount", "oncall.renew_serviceaccount"
_REFUSALS = (Refusal, ValidationError)
_WORKING = Q(user__api_tokens__revoked_at=None, user__api_tokens__expires_at__gt=Now())


class ServiceAccountList(ListPage):
    """The service accounts that the reader may see."""

    title = "Service accounts"
    icon = "plug"
    tabs = tabs.PEOPLE
    lead = "Accounts of programs. A team owns each, so that it stays when people leave."
    queryset = (
        ServiceAccount.objects.select_related("user", "team")
        .prefetch_related("user__groups")
        .annotate(
            last_used_at=Max("user__api_tokens__last_used_at"),
            next_end_at=Min("user__api_tokens__expires_at", filter=_WORKING),
        )
        .order_by("user__name")
    )
    table_class = ServiceAccountTable
    filterset_class = ServiceAccountFilter
    filters = ("search", "team", "is_open")
    empty = "No service accounts that you may see. An administrator creates one for a program."
    create = ("oncall:service-account-new", "Create a service account")

    def may_create(self) -> bool:
        """Those who may add one."""
        return bool(self.person.has_perm("oncall.add_serviceaccount"))


class ServiceAccountPage(DetailPage):
    """One service account: its owner, its roles and its tokens."""

    template_name = "oncall/people/service_account.html"
    queryset = ServiceAccount.objects.select_related("user", "team", "created_by", "closed_by")
    context_object_name = "account"

    def get_queryset(self) -> QuerySet[ServiceAccount]:
        """Those that the reader may see."""
        return super().get_queryset().visible_to(self.person)  # type: ignore[attr-defined]  # the queryset's own word

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Its roles and tokens, and what the reader may do."""
        account = self.object
        may_act = service_accounts.may_act_as(actor=self.person, account=account)
        may_change = self.person.has_perm(_CHANGE, account)
        rows = account.user.api_tokens.select_related("created_by", "revoked_by").order_by("-created_at", "-pk")
        return super().get_context_data(**kwargs) | {
            "roles": account.user.groups.order_by("name"),
            "tokens": rows,
            "may_close": may_change,
            "may_change": may_change and may_act,
            "may_replace": may_act and self.person.has_perm(_RENEW, account),
            "may_revoke": self.person.has_perm(_RENEW, account),
            "is_too_strong": may_change and not may_act,
        }


class ServiceAccountNew(FormPage):
    """Create a service account; its tokens are made on its page."""

    guard = Once("each form is one account")
    title = "Create a service account"
    right = "oncall.add_serviceaccount"
    form_class = ServiceAccountForm
    button = "Create it"
    done = "Created. Make its first token below."
    refusals = _REFUSALS

    def get_form_kwargs(self) -> dict[str, object]:
        """With the roles that the person may give."""
        return super().get_form_kwargs() | {"offered": service_accounts.grantable_groups(self.person)}

    def perform(self, form: BaseForm) -> Destination:
        """Create it."""
        return service_accounts.create_service_account(**form.cleaned_data, actor=self.person, at=self.at)


class _OfAccount:
    """A page about the account of the address, for those who may change it."""

    needs = _CHANGE
    kwargs: dict[str, Any]
    person: User

    @cached_property
    def account(self) -> ServiceAccount:
        """The account of the address, if the person may see it."""
        rows = ServiceAccount.objects.select_related("user", "team").visible_to(self.person)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def may(self) -> bool:
        """Those who have the page's right with this account."""
        return bool(self.person.has_perm(self.needs, self.account))


class _AccountForm(_OfAccount, FormPage):
    """A form about the account."""

    refusals = _REFUSALS

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address of the account's page."""
        return super().get_context_data(**kwargs) | {"back": self.account.get_absolute_url()}

    def after_repeat(self) -> ServiceAccount:
        """The account's page."""
        return self.account


class ServiceAccountEdit(_AccountForm):
    """Name, team and description."""

    guard = Edits("account")
    form_class = ServiceAccountEditForm
    done = "Saved."

    def get_title(self) -> str:
        """The account's name."""
        return str(self.account)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the present values."""
        account = ServiceAccount.objects.select_related("user").get(pk=self.account.pk)
        current = {
            "name": service_accounts.short_name(account.user.name),
            "team": account.team_id,
            "description": account.description,
        }
        return super().get_form_kwargs() | {"current": current}

    def perform(self, form: BaseForm) -> Destination:
        """Save the values."""
        return service_accounts.change_service_account(
            account_id=self.account.pk, **form.cleaned_data, actor=self.person, at=self.at
        )


class ServiceAccountRoles(_AccountForm):
    """What the account may do."""

    guard = ActsOn("account", "updated_at")
    form_class = RolesForm
    done = "Saved. It holds for the next request of the program."

    def get_title(self) -> str:
        """The account's name."""
        return f"Roles of {self.account}"

    def get_form_kwargs(self) -> dict[str, object]:
        """With the roles that the person may give."""
        return super().get_form_kwargs() | {"offered": service_accounts.grantable_groups(self.person)}

    def get_initial(self) -> dict[str, object]:
        """The present roles."""
        return super().get_initial() | {"groups": list(self.account.user.groups.all())}

    def perform(self, form: BaseForm) -> Destination:
        """Set the roles."""
        groups = form.cleaned_data["groups"]
        return service_accounts.set_roles(
            account_id=self.account.pk, groups=list(groups), actor=self.person, at=self.at
        )


class ServiceTokenAdd(_AccountForm):
    """A new token; its key is shown once, on the page that answers."""

    guard = Once("each form is one token")
    form_class = TokenForm
    button = "Create token"

    def get_title(self) -> str:
        """The account's name."""
        return f"Create a token of {self.account}"

    def perform(self, form: BaseForm) -> HttpResponse:
        """Create the token, and show its key."""
        data = dict(form.cleaned_data)
        days = data.pop("expires_in")
        expires_at = self.at + timedelta(days=days) if days else None
        token, key = service_accounts.create_service_token(
            account_id=self.account.pk, expires_at=expires_at, actor=self.person, at=self.at, **data
        )
        return _show_key(self, token, key)


class _OfToken(_OfAccount):
    """A page about one token of the account."""

    needs = _RENEW

    @cached_property
    def token(self) -> ApiToken:
        """The token of the address."""
        rows = ApiToken.objects.select_related("user__service_account")
        return get_object_or_404(rows, pk=self.kwargs["token_id"], user=self.account.user_id)


class ServiceTokenRotate(_OfToken, _AccountForm):
    """Replace a token; the old key works a while longer."""

    guard = Once("each form is one successor")
    form_class = RotateForm
    button = "Replace token"

    def get_title(self) -> str:
        """The token's name, and the account's."""
        return f"Replace the token {self.token.name} of {self.account}"

    def perform(self, form: BaseForm) -> HttpResponse:
        """Create the successor, and show its key."""
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        token, key = service_accounts.rotate_service_token(
            token=self.token, overlap=overlap, actor=self.person, at=self.at
        )
        return _show_key(self, token, key)


def _show_key(page: _AccountForm, token: ApiToken, key: str) -> HttpResponse:
    context = {"title": token.name, "token": token, "key": key, "back": page.account.get_absolute_url()}
    return render(page.request, "oncall/people/token.html", context)


class _AccountButton(_OfAccount, PostPage):
    """A button of the account's page."""

    refusals = _REFUSALS

    def back(self) -> str:
        """The account's page."""
        return str(self.account.get_absolute_url())


class ServiceTokenRevoke(_OfToken, _AccountButton):
    """Revoke a token."""

    guard = Repeatable("a revoked token stays revoked")
    confirm = "Revoke this token? The program that uses it is refused at once, and it cannot be given back."
    done = "Revoked. The program that uses this token is refused from now on."

    def perform(self) -> Destination:
        """Revoke the token."""
        tokens.revoke_token(token=self.token, at=self.at, actor=self.person)
        return self.account


class ServiceAccountClose(_AccountButton):
    """Close the account."""

    guard = ActsOn("account", "closed_at")
    confirm = "Close this account? All its tokens end at once, and for good."
    done = "Closed. Its tokens are refused from now on."

    def perform(self) -> Destination:
        """Close it."""
        return service_accounts.close_service_account(account_id=self.account.pk, actor=self.person, at=self.at)


class ServiceAccountReopen(_AccountButton):
    """Reopen the account."""

    guard = ActsOn("account", "closed_at")
    confirm = ""
    done = "Reopened. Its old tokens stay revoked: make a new one."

    def perform(self) -> Destination:
        """Reopen it."""
        return service_accounts.reopen_service_account(account_id=self.account.pk, actor=self.person, at=self.at)
