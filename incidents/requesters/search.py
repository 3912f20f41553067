"""Requesters in global search, by name, mail address, place and phone, for those who may see all of them."""

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q

from config.base.data.name_search import count_named
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from config.base.data.users import User
from incidents.models import Contact
from incidents.requesters.matching import conditions_of

_NOBODY = Q(pk__lt=0)


def find(question: Question, user: User, limits: Limits) -> Hits:
    """Requesters with all of the words, or with these digits in the phone number, or with a name much alike."""
    is_named, is_alike = conditions_of(question)
    if limits.is_done_only or not is_named:
        return Hits()
    rows = Contact.objects.filter(is_named | is_alike)
    likeness = TrigramWordSimilarity(question.text, "name")
    return count_named(rows, limits, is_named=is_named, is_done=_NOBODY, likeness=likeness, hit=_hit)


def _hit(contact: Contact) -> Hit:
    return Hit(
        title=contact.name,
        url=contact.get_absolute_url(),
        detail=", ".join(filter(None, (contact.location or contact.organisation, contact.phone, contact.email))),
    )


def may(user: User) -> bool:
    """Those who may see all requesters."""
    return user.has_perm("incidents.view_contact")


KIND = Kind(name="requesters", label="Requesters", icon="user-circle", order=60, find=find, may=may, has_done=False)
