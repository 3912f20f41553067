"""Tokens of the REST API, and stored answers for repeated requests."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.data.clock import database_now
from config.base.data.users import signed_in
from config.base.web.admin import FactAdmin
from config.base.web.admin_history import HistoryPages
from oncall.access import service_accounts, tokens
from oncall.models import ApiToken, IdempotentRequest, ServiceAccount


@admin.register(ServiceAccount)
class ServiceAccountAdmin(HistoryPages, FactAdmin):
    """Accounts of programs, with their history; they are made and changed on the portal's pages, as tokens are."""

    list_display = ("name", "team", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "team")
    list_select_related = ("user", "team")
    search_fields = ("user__name", "description", "team__name")
    fields = (
        "name", "team", "description", "roles", "created_at", "created_by", "updated_at", "closed_at", "closed_by",
    )  # fmt: skip
    ordering = ("user__name",)
    actions = ("close", "reopen")
    action_columns = ("closed_at",)

    @admin.display(ordering="user__name")
    def name(self, account: ServiceAccount) -> str:
        """The name, with the words that it is a service account."""
        return str(account)

    def roles(self, account: ServiceAccount) -> str:
        """The names of its groups."""
        return ", ".join(account.user.groups.order_by("name").values_list("name", flat=True)) or "none"

    def view_on_site(self, account: ServiceAccount) -> str:
        """The page where it is changed, and where its tokens are made."""
        return account.get_absolute_url()

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Whether the person may close and reopen service accounts."""
        return bool(request.user.has_perm("oncall.change_serviceaccount"))

    @admin.action(description="Close, which ends their tokens", permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[ServiceAccount]) -> None:
        """Close service accounts."""
        for account in queryset:
            service_accounts.close_service_account(account_id=account.pk, actor=signed_in(request), at=database_now())

    @admin.action(description="Reopen", permissions=["close"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[ServiceAccount]) -> None:
        """Reopen service accounts; their tokens stay revoked."""
        for account in queryset:
            service_accounts.reopen_service_account(account_id=account.pk, actor=signed_in(request), at=database_now())


@admin.register(ApiToken)
class ApiTokenAdmin(FactAdmin):
    """Tokens of the REST API: created and revoked by their owners, shown only once."""

    list_display = ("prefix", "name", "user", "scopes", "created_by", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "created_by")
    search_fields = ("prefix", "name", "user__name", "user__email")
    exclude = ("digest",)
    ordering = ("-created_at",)
    actions = ("revoke",)
    action_columns = ("revoked_at",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether the person may revoke other people's tokens."""
        return bool(request.user.has_perm("oncall.change_apitoken"))

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke tokens for good."""
        for token in queryset:
            tokens.revoke_token(token=token, at=database_now(), actor=signed_in(request))


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(FactAdmin):
    """Requests of programs that may be repeated; their bodies and answers are not shown."""

    is_machine = True
    list_display = ("created_at", "user", "method", "path", "key", "status")
    list_select_related = ("user",)
    search_fields = ("key", "path", "user__name")
    fields = ("created_at", "user", "method", "path", "key", "status")
    ordering = ("-pk",)
