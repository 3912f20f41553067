"""The demo's teams, people, services and severities as plain data."""

from dataclasses import dataclass

from config.base.data.roles import Role
from incidents.models import ComponentStatus, Impact

BERLIN, LONDON, CHICAGO = "Europe/Berlin", "Europe/London", "America/Chicago"
KOLKATA, SYDNEY, SAO_PAULO = "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"
COUNTRIES = {BERLIN: "DE", LONDON: "GB", CHICAGO: "US", KOLKATA: "IN", SYDNEY: "AU", SAO_PAULO: "BR"}
PHONES = {
    BERLIN: "+49 30 5550 1{:02}", LONDON: "+44 20 7946 01{:02}", CHICAGO: "+1 312 555 01{:02}",
    KOLKATA: "+91 80 5550 11{:02}", SYDNEY: "+61 2 5550 11{:02}", SAO_PAULO: "+55 11 5550 11{:02}",
}  # fmt: skip


@dataclass(frozen=True)
class TeamFacts:
    """A team; `turn` is the length of a shift in its rotation."""

    name: str
    kind: str
    zone: str
    about: str
    turn: str = "week"


TEAMS = {
    "storefront": TeamFacts("Storefront", "product", BERLIN, "Builds and runs what customers see."),
    "platform": TeamFacts("Platform", "central_it", CHICAGO, "Databases, clusters, and this portal."),
    "service-desk": TeamFacts(
        "Service desk", "service_desk", BERLIN, "Takes every call, and solves most at first contact."
    ),
    "security": TeamFacts(
        "Security operations", "secops", LONDON, "Detects and stops attacks. London and Sydney take turns.",
        "day",
    ),
    "architecture": TeamFacts("Architecture", "architecture", BERLIN, "Plans the systems, and their technical debt."),
    "parcelwise": TeamFacts("Parcelwise", "vendor", SAO_PAULO, "The supplier that delivers and tracks our parcels."),
}  # fmt: skip


@dataclass(frozen=True)
class PersonFacts:
    """A person; the login is the first name."""

    name: str
    role: Role
    zone: str
    team: str
    place: str

    @property
    def email(self) -> str:
        """The login."""
        return f"{self.name.split()[0].lower()}@demo.example"


PEOPLE = [
    PersonFacts("Mira Hoffmann", Role.ADMINISTRATOR, BERLIN, "storefront", "observer"),
    PersonFacts("Jonas Weber", Role.AGENT, BERLIN, "service-desk", "responder"),
    PersonFacts("Lena Krüger", Role.MANAGER, BERLIN, "storefront", "manager"),
    PersonFacts("Aylin Demir", Role.RESPONDER, BERLIN, "storefront", "responder"),
    PersonFacts("Carla Ruiz", Role.COMMANDER, CHICAGO, "platform", "manager"),
    PersonFacts("Petra Lang", Role.PRACTICE, BERLIN, "architecture", "manager"),
    PersonFacts("Tom Becker", Role.RESPONDER, BERLIN, "storefront", "responder"),
    PersonFacts("Malik Osei", Role.RESPONDER, LONDON, "storefront", "responder"),
    PersonFacts("Ines Costa", Role.RESPONDER, BERLIN, "storefront", "responder"),
    PersonFacts("Sam Whitfield", Role.RESPONDER, CHICAGO, "platform", "responder"),
    PersonFacts("Priya Nair", Role.RESPONDER, KOLKATA, "platform", "responder"),
    PersonFacts("Arjun Mehta", Role.RESPONDER, KOLKATA, "platform", "responder"),
    PersonFacts("Dana Kowalski", Role.RESPONDER, CHICAGO, "platform", "responder"),
    PersonFacts("Nina Vogel", Role.AGENT, BERLIN, "service-desk", "responder"),
    PersonFacts("Grace Miller", Role.AGENT, CHICAGO, "service-desk", "responder"),
    PersonFacts("Ravi Iyer", Role.AGENT, KOLKATA, "service-desk", "responder"),
    PersonFacts("Sofia Brandt", Role.MANAGER, BERLIN, "service-desk", "manager"),
    PersonFacts("Oliver Hughes", Role.RESPONDER, LONDON, "security", "responder"),
    PersonFacts("Zoe Taylor", Role.RESPONDER, SYDNEY, "security", "responder"),
    PersonFacts("Liam Chen", Role.RESPONDER, SYDNEY, "security", "responder"),
    PersonFacts("Hannah Reid", Role.COMMANDER, LONDON, "security", "manager"),
    PersonFacts("Viktor Adler", Role.RESPONDER, BERLIN, "architecture", "responder"),
    PersonFacts("Emma Fischer", Role.RESPONDER, BERLIN, "architecture", "responder"),
    PersonFacts("Rafael Lima", Role.RESPONDER, SAO_PAULO, "parcelwise", "responder"),
    PersonFacts("Bruna Souza", Role.MANAGER, SAO_PAULO, "parcelwise", "manager"),
]


@dataclass(frozen=True)
class ServiceFacts:
    """A service, its team, its description, and the services it depends on."""

    name: str
    kind: str
    tier: int
    team: str
    about: str
    needs: tuple[str, ...] = ()


SERVICES = [
    ServiceFacts("Web shop", "business", 1, "storefront", "Where customers browse and order.",
                 ("Checkout", "Search", "Product catalog", "Customer accounts")),
    ServiceFacts("Mobile app", "business", 1, "storefront", "The shop as an app.",
                 ("Checkout", "Search", "Customer accounts")),
    ServiceFacts("Checkout", "technical", 1, "storefront", "Carts, payment, order confirmation.",
                 ("Orders database", "Card payments", "Event bus")),
    ServiceFacts("Search", "technical", 3, "storefront", "Product search and suggestions.",
                 ("Kubernetes", "Product catalog")),
    ServiceFacts("Product catalog", "technical", 2, "storefront", "Products, pictures and prices.",
                 ("Orders database", "Kubernetes")),
    ServiceFacts("Customer accounts", "technical", 2, "storefront", "Profiles, addresses and consent.",
                 ("Single sign-on", "Orders database")),
    ServiceFacts("Orders database", "technical", 1, "platform", "PostgreSQL that holds every order.", ("Kubernetes",)),
    ServiceFacts("Kubernetes", "technical", 2, "platform", "The clusters everything runs on."),
    ServiceFacts("Event bus", "technical", 2, "platform", "Passes orders to other systems.", ("Kubernetes",)),
    ServiceFacts("Holdfast", "technical", 2, "platform", "This portal: incidents, on-call schedules and paging."),
    ServiceFacts("Card payments", "external", 1, "architecture", "The bank's interface for cards."),
    ServiceFacts("Single sign-on", "technical", 1, "security", "Sign-in for people and programs.",
                 ("Kubernetes",)),
    ServiceFacts("Threat detection", "technical", 2, "security", "Watches logs and mail for attacks."),
    ServiceFacts("Parcel tracking", "external", 3, "parcelwise", "Shows where a parcel is.", ("Event bus",)),
    ServiceFacts("Workplace", "business", 3, "service-desk", "Laptops, mail, printers, meeting rooms.",
                 ("Single sign-on",)),
]  # fmt: skip

# Rank, name, title, when to choose it, major, pages, urgency, needs prevention.
SEVERITIES = [
    (1, "SEV1", "Critical", "Customers cannot order at all, data is lost, or security is breached.", 1, 1, "high", 1),
    (2, "SEV2", "Major", "A core function is down or badly degraded for many customers.", 1, 1, "high", 1),
    (3, "SEV3", "Minor", "An inconvenience with a workaround, or lost redundancy.", 0, 1, "high", 0),
    (4, "SEV4", "Low", "No customer is affected yet; handle it in working hours.", 0, 0, "low", 0),
    (5, "SEV5", "Cosmetic", "Only the looks are wrong.", 0, 0, "low", 0),
]
MAJOR_RANKS = frozenset(rank for rank, _, _, _, is_major, *_ in SEVERITIES if is_major)
# Whose approval a review needs, by rank.
REVIEW_SEATS = {
    1: ["owner_team", "it_practice", "other_team", "security"],
    2: ["owner_team", "other_team", "security"],
}
# What customers are told, by rank: minutes to the first update, minutes between updates (as SLA targets), and what
# the form of an update proposes: impact, components' status.
TOLD = {
    1: (10, 20, Impact.CRITICAL, ComponentStatus.MAJOR),
    2: (20, 30, Impact.MAJOR, ComponentStatus.PARTIAL),
    3: (60, 240, Impact.MINOR, ComponentStatus.DEGRADED),
    4: (None, 480, Impact.MINOR, ComponentStatus.DEGRADED),
    5: (None, None, Impact.NONE, ComponentStatus.OPERATIONAL),
}
# Impact and urgency, high to low: priority and proposed severity.
MATRIX = {
    (1, 1): (1, 1), (1, 2): (2, 2), (1, 3): (3, 3),
    (2, 1): (2, 2), (2, 2): (3, 3), (2, 3): (4, 4),
    (3, 1): (3, 3), (3, 2): (4, 4), (3, 3): (5, 5),
}  # fmt: skip

# Requesters: name, organisation, location, VIP mark.
REQUESTERS = [
    ("Marta Keller", "Sales", "Berlin, 3rd floor", False),
    ("Pavel Novak", "Warehouse", "Warehouse Prague", False),
    ("Ingrid Solberg", "Finance", "Berlin, 4th floor", False),
    ("Deniz Arslan", "Marketing", "Berlin, 3rd floor", False),
    ("Claire Dubois", "Legal", "Paris", True),
    ("Jorge Prado", "Purchasing", "Madrid", False),
    ("Anna Lindqvist", "Human resources", "Berlin, 2nd floor", False),
    ("Mark Thompson", "Store Chicago", "Store Chicago", False),
    ("Susan Park", "Store Chicago", "Store Chicago", True),
    ("Felix Baumann", "Store Berlin", "Store Berlin", False),
    ("Yuki Tanaka", "Customer", "", False),
    ("Fatima Zahra", "Customer", "", False),
    ("Peter Novotny", "Customer", "", False),
    ("Lucia Rossi", "Customer", "", True),
]
