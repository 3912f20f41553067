"""A forgotten password: only the accounts of people have one."""

from typing import Any

from allauth.account.forms import ResetPasswordForm


class ResetForm(ResetPasswordForm):
    """Asks for the address; for that of a program it answers as for an unknown one, and sends nothing."""

    users: list[Any]

    def clean_email(self) -> str:
        """The address as it was typed."""
        email: str = super().clean_email()
        self.users = [user for user in self.users if not user.is_service]
        return email
