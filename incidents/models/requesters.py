"""Requesters: people who report trouble or ask for help, with or without an account."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Upper
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.models import Dated, OneLineField, Origin
from config.base.data.search_vectors import TextVector
from oncall.models import PEOPLE

CONTACT_TEXT = TextVector("name", "email", "organisation", "location")
"""The words of requesters; the index and the search must use the same."""

NAME_SPELLINGS = Func(F("name"), function="holdfast_name_spellings")
"""The words of a name with each letter left out in turn: two words one typing error apart share one of them."""

PHONE_DIGITS = Func(
    F("phone"), Value(r"\(0\)|[^0-9]"), Value(""), Value("g"),
    function="regexp_replace", output_field=models.TextField(),
)  # fmt: skip
"""The digits of a phone number, however it was written; the index and the search must use the same."""


class Contact(Dated):
    """A requester: a user, or a person with just an e-mail address or phone number."""

    name = OneLineField(max_length=120)
    email = models.EmailField(blank=True)
    phone = OneLineField(max_length=40, blank=True)
    organisation = OneLineField(max_length=120, blank=True)
    location = OneLineField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="Where the person works: a site, a building, a room.",
    )
    is_vip = models.BooleanField(
        "VIP", default=False, db_default=False, help_text="Handle with care. Targets of SLAs may name this mark."
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact",
        limit_choices_to=PEOPLE,
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)
    history = HistoricalRecords(excluded_fields=["created_at", "updated_at"])

    class Meta:
        verbose_name = "requester"
        constraints = [models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="incidents_contact_email")]
        indexes = [
            GinIndex(CONTACT_TEXT, name="incidents_contact_words"),
            GinIndex(NAME_SPELLINGS, name="incidents_contact_close"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="incidents_contact_name_words"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="incidents_contact_mail_words"),
            GinIndex(OpClass(PHONE_DIGITS, name="gin_trgm_ops"), name="incidents_contact_phone_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.email or self.phone or self.pk})"

    def get_absolute_url(self) -> str:
        """The requester's page."""
        return reverse("incidents:requester", args=[self.pk])
