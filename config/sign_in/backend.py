"""Signing in by e-mail, and the check of rights behind `user.has_perm`."""

from allauth.account.auth_backends import AuthenticationBackend

from config.base.data import rights
from config.base.data.users import Visitor


class Backend(AuthenticationBackend):
    """Allauth's sign-in; rights come from the table, also for one record."""

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
