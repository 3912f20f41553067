"""The directory of requesters: looked up by their e-mail address, added on the spot, and corrected later."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from config.base.data.history import sign_history
from config.base.data.lifecycle import Refusal
from incidents.models import Contact
from oncall.models import User

CORRECTABLE = ("name", "email", "phone", "organisation", "location", "is_vip")


class RequesterRefused(Refusal):
    """A requester cannot be written like this; the message says what to do instead."""


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
    return Contact.objects.create(name=name, email=email, phone=phone, location=location, user=_user_of(email))


def create_requester(*, values: Mapping[str, object], actor: User) -> Contact:
    """Add a requester; a name is enough. One with a user's address is linked to that user.

    Raises RequesterRefused if somebody has the e-mail address already, ValidationError for a value that is not
    allowed.
    """
    return _write(Contact(user=_user_of(str(values.get("email", "")))), values, actor=actor)


@transaction.atomic
def correct_requester(*, requester_id: int, values: Mapping[str, object], actor: User) -> Contact:
    """Change only these details of a requester; what stood there before is kept in the history.

    Raises as `create_requester` does.
    """
    requester = Contact.objects.select_for_update(no_key=True, of=("self",)).get(pk=requester_id)
    changed = {name: value for name, value in values.items() if getattr(requester, name) != value}
    if not changed:
        return requester
    if requester.user_id is None and "email" in changed:
        requester.user = _user_of(str(changed["email"]))
    return _write(requester, changed, actor=actor)


def _write(requester: Contact, values: Mapping[str, object], *, actor: User) -> Contact:
    for name, value in values.items():
        setattr(requester, name, value)
    requester.clean_fields(exclude=["user"])
    _refuse_taken(requester, actor)
    sign_history(requester, actor=actor, reason="")
    try:
        with transaction.atomic():
            requester.save()
    except IntegrityError as error:  # somebody else has just saved the same address, or for the same user
        raise RequesterRefused("Somebody has just added this person. Search for them.", field="email") from error
    return requester


def _refuse_taken(requester: Contact, actor: User) -> None:
    if not requester.email:
        return
    other = Contact.objects.filter(email__iexact=requester.email).exclude(pk=requester.pk).first()
    if other is None:
        return
    if not actor.has_perm("incidents.view_contact"):
        raise RequesterRefused("Another requester has this address already. Leave it empty for now.", field="email")
    raise RequesterRefused(
        f"{other.name} has this address already. Choose {other.name}, or write another address.", field="email"
    )


def _user_of(email: str) -> User | None:
    if not email:
        return None
    return User.objects.people().filter(email__iexact=email, is_active=True, contact=None).first()
