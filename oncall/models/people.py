"""People, the teams they work in, how to reach them, and closed accounts."""

from decimal import Decimal
from zoneinfo import available_timezones

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of, whole_minute
from config.base.data.encrypted import EncryptedField
from config.base.data.encryption import SecretUnreadable
from config.base.data.models import Dated, OneLineField, Origin, Recorded, external_id_field, retired_at_field
from config.base.net import http
from config.base.net.destinations import is_label, label

ZONES = frozenset(available_timezones())


def validate_zone(value: str) -> None:
    """Refuse a time zone that is not an IANA name (R-T2)."""
    if value not in ZONES:
        raise ValidationError("This is not the name of a time zone. Write it as Europe/Berlin or America/Chicago.")


class AccountKind(models.TextChoices):
    """Whose account it is."""

    PERSON = "person", "Person"
    SERVICE = "service", "Service account"


PEOPLE = {"kind": AccountKind.PERSON.value}
"""`limit_choices_to` of each column that names who is chosen, woken, assigned or paid; a trigger holds it, too."""
SERVICE_SUFFIX = ", service account"
"""Ends the name of each service account, so that every place that shows a name says that it is a program."""
SERVICE_DOMAIN = "service-account.invalid"
"""Ends the address of each service account: RFC 2606 keeps it free, so no mail ever leaves."""


class UserQuerySet(models.QuerySet["User"]):
    """Accounts."""

    def people(self) -> "UserQuerySet":
        """Those of people: start here to choose, wake, assign or count somebody."""
        return self.filter(kind=AccountKind.PERSON)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    """Creates accounts; people sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A new account; without a password it cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A new account that may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True} | fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Look an account up by its address, in any case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: of a person (agent, responder, manager or administrator), or of a program."""

    kind = models.CharField(
        max_length=10, choices=AccountKind, default=AccountKind.PERSON, db_default=AccountKind.PERSON, editable=False
    )
    email = models.EmailField("e-mail", max_length=254)
    name = OneLineField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code; it decides the public holidays.")
    employee_number = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("may sign in and be paged", default=True)
    is_staff = models.BooleanField("may use the administration", default=False)
    joined_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="oncall_user_email",
                violation_error_message="There is already an account with this address.",
            ),
            models.UniqueConstraint(
                fields=["employee_number"], condition=~Q(employee_number=""), name="oncall_user_employee_number"
            ),
            one_of("kind", AccountKind.values, name="oncall_user_kind"),
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(kind=AccountKind.SERVICE),
                name="oncall_user_service_once",
                violation_error_message="There is already a service account with this name.",
            ),
            # Django writes a password that matches none with this mark.
            models.CheckConstraint(
                condition=~Q(kind=AccountKind.SERVICE)
                | Q(is_staff=False, is_superuser=False, password__startswith=UNUSABLE_PASSWORD_PREFIX),
                name="oncall_user_service_no_sign_in",
                violation_error_message="A service account cannot sign in, and is never a superuser.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AccountKind.SERVICE)
                | Q(name__endswith=SERVICE_SUFFIX, email__endswith=f"@{SERVICE_DOMAIN}"),
                name="oncall_user_service_named",
                violation_error_message="A service account's name and address say that it is one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def get_absolute_url(self) -> str:
        """The person's page."""
        return reverse("oncall:person", args=[self.pk])

    @property
    def is_service(self) -> bool:
        """Whether it is a program's."""
        return self.kind == AccountKind.SERVICE

    def get_full_name(self) -> str:
        """The full name."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ")[0]


class TeamKind(models.TextChoices):
    """The kind of team; no behavior depends on it (S1)."""

    CENTRAL_IT = "central_it", "Central IT"
    SERVICE_DESK = "service_desk", "Service desk"
    PRODUCT = "product", "Product (DevOps)"
    SECOPS = "secops", "SecOps"
    ARCHITECTURE = "architecture", "Architecture"
    VENDOR = "vendor", "Vendor"


class Team(Dated):
    """People who own services, are paged and run incidents together."""

    name = OneLineField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=TeamKind, default=TeamKind.PRODUCT)
    description = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    escalation_policy = models.ForeignKey(
        "oncall.EscalationPolicy",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="default_of_teams",
        help_text="Who is paged when a ticket is assigned to this team.",
    )
    swaps_need_approval = models.BooleanField(
        default=False, help_text="A manager must approve each swap of a shift before it takes effect."
    )
    is_private_by_default = models.BooleanField(
        "tickets are private by default",
        default=False,
        db_default=False,
        help_text="A ticket that is opened for the team or handed over to it is seen only by the team, the requester"
        " and who opened it.",
    )
    members = models.ManyToManyField(User, through="Membership", related_name="teams", limit_choices_to=PEOPLE)
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords(excluded_fields=["created_at", "updated_at"])

    class Meta:
        constraints = [
            one_of("kind", TeamKind.values, name="oncall_team_kind"),
            external_id_once(name="oncall_team_external_id"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The team's page."""
        return reverse("oncall:team", args=[self.slug])


class MembershipRole(models.TextChoices):
    """What a member does in the team."""

    MANAGER = "manager", "Manager"
    RESPONDER = "responder", "Responder"
    OBSERVER = "observer", "Observer"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Members of teams."""

    def active_managers(self) -> "MembershipQuerySet":
        """The managers of teams whose account is open."""
        return self.filter(role=MembershipRole.MANAGER, user__is_active=True)


class Membership(models.Model):
    """One person in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", limit_choices_to=PEOPLE)
    role = models.CharField(max_length=10, choices=MembershipRole, default=MembershipRole.RESPONDER)
    fte = models.DecimalField(
        "part of full time",
        max_digits=3,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(1))],
        help_text="1 is full time, 0.5 is half. The fair share of on-call time depends on it.",
    )
    trained_on = models.DateField(
        "trained for on-call on",
        null=True,
        blank=True,
        help_text="Shadowed a shift, read the plan and took part in a drill.",
    )
    external_id = external_id_field()
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"],
                name="oncall_membership_once",
                violation_error_message="This person is in the team already.",
            ),
            external_id_once(name="oncall_membership_external_id"),
            models.CheckConstraint(
                condition=Q(fte__gte=Decimal("0.1"), fte__lte=1),
                name="oncall_membership_fte",
                violation_error_message="Choose a part between 0.1 and 1, which is full time.",
            ),
            one_of("role", MembershipRole.values, name="oncall_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} in {self.team.name}"


class ContactKind(models.TextChoices):
    """A way to reach a person."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    VOICE = "voice", "Phone call"
    PUSH = "push", "Push message"
    WEBHOOK = "webhook", "Webhook"


class ContactMethodQuerySet(models.QuerySet["ContactMethod"]):
    """Ways to reach people."""

    def usable(self) -> "ContactMethodQuerySet":
        """Those that were verified."""
        return self.filter(verified_at__isnull=False)


class ContactMethod(models.Model):
    """One address of one person; pages go only to a verified one.

    A webhook's whole address often holds a key, so it is encrypted; `address` then is its host and a mark.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_methods", limit_choices_to=PEOPLE)
    kind = models.CharField(max_length=10, choices=ContactKind)
    address = models.CharField(max_length=500, help_text="Mail address, phone number (+49...) or https address.")
    webhook_url = EncryptedField(max_length=500, db_default="", editable=False)
    secret = EncryptedField(max_length=120, help_text="Signs the calls to a webhook. Empty keeps the present one.")
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    secret_inputs = ("address",)
    """What is typed here may hold a key, so no browser keeps it as a draft."""

    objects = ContactMethodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "address"], name="oncall_contactmethod_once"),
            one_of("kind", ContactKind.values, name="oncall_contactmethod_kind"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(kind="webhook"), name="oncall_contactmethod_webhook")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.address} of {self.user_id}"

    @property
    def destination(self) -> str:
        """The address that messages are sent to. Raises SecretUnreadable for a webhook whose key is missing."""
        return self.webhook_url.reveal() if self.webhook_url else self.address

    def clean(self) -> None:
        """Refuse a webhook that outgoing calls may not reach (bad input 43), and move its address where it is safe."""
        if self.kind != ContactKind.WEBHOOK:
            self.webhook_url = ""
            return
        try:
            url = self.destination if is_label(self.address) else self.address
        except SecretUnreadable as error:
            raise ValidationError({"address": str(error)}) from None
        if is_label(self.address) and self.address != label(url):
            raise ValidationError({"address": "Write the whole address, as https://example.com/hook."})
        try:
            http.validate_url(url)
        except ValidationError as error:
            raise ValidationError({"address": error}) from None
        self.seal_address(url)

    def seal_address(self, url: str) -> None:
        """Hold the webhook's address encrypted, and its label as `address`; nothing is saved."""
        self.webhook_url, self.address = url, label(url)


class Urgency(models.TextChoices):
    """The urgency of pages; the ITIL urgency of a ticket is a field of the ticket."""

    HIGH = "high", "High"
    LOW = "low", "Low"


class NotificationRule(models.Model):
    """A rule for reaching one person: how many minutes after the page, on which contact method (R-E8)."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="notification_rules", limit_choices_to=PEOPLE
    )
    urgency = models.CharField(max_length=4, choices=Urgency, default=Urgency.HIGH)
    position = models.PositiveSmallIntegerField(default=0)
    after_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(120)])
    contact_method = models.ForeignKey(ContactMethod, on_delete=models.CASCADE, related_name="rules")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "urgency", "position"], name="oncall_rule_position"),
            one_of("urgency", Urgency.values, name="oncall_rule_urgency"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.urgency} {self.position}: after {self.after_minutes} min"


class Deactivation(Recorded):
    """A period in which an account is closed: out of every rota, while others keep their shifts (R-V6)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deactivations", limit_choices_to=PEOPLE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__lte=F("ends_at")),
                name="oncall_deactivation_ends_later",
            ),
            # Past shifts stay as they were: an account is closed from now on, never from an earlier time.
            models.CheckConstraint(
                condition=Q(origin__in=["import", "demo", "case"])
                | Q(starts_at__gte=models.functions.TruncMinute("created_at")),
                name="oncall_deactivation_not_backdated",
            ),
            whole_minute("starts_at", name="oncall_deactivation_minute"),
            one_of("origin", Origin.values, name="oncall_deactivation_origin"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(ends_at__isnull=True), name="oncall_deactivation_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} inactive from {self.starts_at:%Y-%m-%d %H:%M}Z"
