"""The directory of requesters, looked up by their e-mail address."""

from incidents.models import Contact
from oncall.models import User


def find_requester(*, name: str, email: str, phone: str, location: str = "") -> Contact | None:
    """The requester with this e-mail address, created if there is none; None without a name.

    A new requester with a user's address is linked to that user, who can then follow what they reported. A requester
    who is there already stays as they are: people with the right to change requesters do that.
    """
    if not name:
        return None
    existing = Contact.objects.filter(email__iexact=email).first() if email else None
    if existing:
        return existing
    user = User.objects.people().filter(email__iexact=email, is_active=True, contact=None).first() if email else None
    return Contact.objects.create(name=name, email=email, phone=phone, location=location, user=user)
