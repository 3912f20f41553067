"""Tokens of the REST API, and stored answers for repeated requests."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.data.clock import database_now
from config.base.web.admin import FactAdmin
from oncall.access import tokens
from oncall.models import ApiToken, IdempotentRequest


@admin.register(ApiToken)
class ApiTokenAdmin(FactAdmin):
    """Tokens of the REST API: created and revoked by their owners, shown only once."""

    list_display = ("prefix", "name", "user", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__name", "user__email")
    exclude = ("digest",)
    ordering = ("-created_at",)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether the person may revoke other people's tokens."""
        return bool(request.user.has_perm("oncall.change_apitoken"))

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke tokens for good."""
        for token in queryset:
            tokens.revoke_token(token=token, at=database_now())


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(FactAdmin):
    """Requests of programs that may be repeated; their bodies and answers are not shown."""

    list_display = ("created_at", "user", "method", "path", "key", "status")
    list_select_related = ("user",)
    search_fields = ("key", "path", "user__name")
    fields = ("created_at", "user", "method", "path", "key", "status")
    ordering = ("-pk",)
