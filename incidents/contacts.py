"""Requesters, found again by their address."""

from incidents.models import Contact


def find_requester(*, name: str, email: str, phone: str) -> Contact | None:
    """The contact somebody typed: the known one of that address, else a new one; None for nothing typed."""
    if not name:
        return None
    known = Contact.objects.filter(email__iexact=email).first() if email else None
    return known or Contact.objects.create(name=name, email=email, phone=phone)
