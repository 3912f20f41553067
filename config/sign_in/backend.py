"""Signing in by e-mail, and the check of rights behind `user.has_perm`."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from config.base.data import rights
from config.base.data.users import User, Visitor
from oncall.models import Membership
from oncall.models import User as Account


class Backend(AuthenticationBackend):
    """Allauth's sign-in; rights come from the table, also for one record."""

    def user_can_authenticate(self, user: User) -> bool:
        """Whether the account may sign in, and may still use a session: never a program's."""
        return bool(super().user_can_authenticate(user)) and not user.is_service

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, with its roles in teams: the menu of every page asks for them."""
        roles = Membership.objects.filter(user=OuterRef("pk")).values("role")
        user: User | None = Account.objects.annotate(team_roles=ArraySubquery(roles)).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Visitor, perm: str, obj: object = None) -> bool:
        """Whether the person may do this, with this record if one is given."""
        return rights.holds(user_obj, perm, obj)

    def get_all_permissions(self, user_obj: Visitor, obj: object = None) -> set[str]:
        """Every right with every record."""
        return set(rights.all_codes(user_obj))

    def has_module_perms(self, user_obj: Visitor, app_label: str) -> bool:
        """Whether the person has any right in this app, if only with some records."""
        return any(
            rights.holds_somewhere(user_obj, code) for code in rights.by_code() if code.startswith(f"{app_label}.")
        )
