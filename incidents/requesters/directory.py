"""Requesters, found again by their address."""

from incidents.models import Contact
from oncall.models import User


def find_requester(*, name: str, email: str, phone: str) -> Contact | None:
    """The contact somebody typed: the known one of that address, else a new one; None for nothing typed.

    The address of a colleague makes the contact theirs, so that they can follow what they reported.
    """
    if not name:
        return None
    known = Contact.objects.filter(email__iexact=email).first() if email else None
    if known:
        return known
    colleague = User.objects.filter(email__iexact=email, is_active=True, contact=None).first() if email else None
    return Contact.objects.create(name=name, email=email, phone=phone, user=colleague)
