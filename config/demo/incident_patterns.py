"""Kinds of incidents in the demo: what customers see, and what restores the service."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """One kind of incident: `seen` is the impact, `helped` what restored the service."""

    title: str
    service: str
    rank: int
    seen: str
    helped: str
    weight: int = 2
    category: str = "Software"


ALERT_PATTERNS = [
    Pattern(
        "Payments time out", "Checkout", 2, "Payments take a minute and then fail.", "Restarted the payment workers."
    ),
    Pattern(
        "Checkout answers with errors", "Checkout", 1, "Nobody can place an order.", "Rolled the last release back.", 1
    ),
    Pattern(
        "Order confirmations arrive late", "Checkout", 3, "Mails arrive an hour late.", "Drained the mail queue.", 4
    ),
    Pattern("Search finds nothing", "Search", 2, "Every search is empty.", "Rebuilt the index from the replica.", 1),
    Pattern(
        "Search is slow", "Search", 3, "Results take five seconds.", "Added a node and dropped the cold cache.", 6
    ),
    Pattern("Shop pages without pictures", "Web shop", 3, "Products show no pictures.", "Renewed the certificate."),
    Pattern(
        "Web shop is slow in the evening", "Web shop", 3, "Pages take long to load.", "Raised the replica count.", 5
    ),
    Pattern(
        "App cannot sign in", "Mobile app", 2, "The app says: try again later.", "Rolled back the token change.", 1
    ),
    Pattern(
        "Push messages are not delivered", "Mobile app", 4, "No messages about orders.", "Renewed the push key.", 3
    ),
    Pattern(
        "Prices are out of date",
        "Product catalog",
        3,
        "The shop shows yesterday's prices.",
        "Ran the import again.",
        4,
    ),
    Pattern("Profile page fails", "Customer accounts", 3, "Addresses cannot be changed.", "Reverted a migration."),
    Pattern("Replica lags behind", "Orders database", 3, "Stock numbers are old.", "Stopped a runaway report.", 6),
    Pattern(
        "Disk of the orders database is filling up", "Orders database", 2, "Nothing yet.", "Removed old WAL files.", 2
    ),
    Pattern(
        "Too many connections", "Orders database", 2, "Orders fail sometimes.", "Put the pooler back in front.", 2
    ),
    Pattern("Nodes are not ready", "Kubernetes", 2, "Parts of the shop fail.", "Cordoned and replaced the nodes.", 2),
    Pattern("Image pulls fail", "Kubernetes", 3, "Nothing yet.", "Switched to the mirror.", 4),
    Pattern("Certificate expires in ten days", "Kubernetes", 4, "Nothing yet.", "Renewed it.", 5),
    Pattern("Consumers fall behind", "Event bus", 3, "Orders reach the warehouse late.", "Added partitions.", 5),
    Pattern("Broker lost its leader", "Event bus", 2, "Orders wait.", "Restarted the broker on a new disk.", 1),
    Pattern(
        "Card payments are declined", "Card payments", 2, "Every third card fails.", "The bank fixed its gateway."
    ),
    Pattern("Sign-in takes ten seconds", "Single sign-on", 3, "Signing in is slow.", "Removed a dead directory.", 4),
    Pattern("Nobody can sign in", "Single sign-on", 1, "Nobody can use any service.", "Restored the signing key.", 1),
    Pattern(
        "Wave of phishing mail",
        "Threat detection",
        3,
        "Staff get false invoices.",
        "Blocked the senders.",
        4,
        "Security",
    ),
    Pattern("Log collection stopped", "Threat detection", 4, "Nothing.", "Restarted the collector.", 3, "Security"),
    Pattern(
        "Tracking pages are empty", "Parcel tracking", 3, "Parcels cannot be followed.", "The supplier restarted."
    ),
    Pattern("Pages wait behind a slow gateway", "Holdfast", 3, "Nothing.", "Switched the text gateway.", 1),
]
CALL_PATTERNS = [
    Pattern(
        "Printer on floor {n} prints pale", "Workplace", 5, "Prints are pale.", "Replaced the toner.", 5, "Hardware"
    ),
    Pattern("Laptop does not start", "Workplace", 4, "The screen stays black.", "Reset the battery.", 6, "Hardware"),
    Pattern(
        "Cannot open the shared calendar", "Workplace", 4, "No calendar.", "Restored the permission.", 6, "Access"
    ),
    Pattern(
        "Password forgotten", "Single sign-on", 5, "Locked out.", "Verified the requester and reset it.", 12, "Access"
    ),
    Pattern(
        "Meeting room {n} has no picture", "Workplace", 5, "The screen is dark.", "Replaced the cable.", 5, "Hardware"
    ),
    Pattern(
        "Customer cannot change the delivery day",
        "Checkout",
        4,
        "The day cannot be selected.",
        "Cleared the old slot.",
        5,
    ),
    Pattern("Voucher is refused", "Checkout", 4, "The code is rejected.", "Corrected the voucher's dates.", 5),
    Pattern("Order shows twice in the app", "Mobile app", 5, "One order, two lines.", "Merged the lines.", 4),
    Pattern(
        "Wrong picture of a product", "Product catalog", 5, "A red shoe is shown in blue.", "Replaced the picture.", 4
    ),
    Pattern("Parcel shown as lost", "Parcel tracking", 4, "The customer waits.", "The supplier found it.", 5),
    Pattern(
        "Newsletter goes to an old address",
        "Customer accounts",
        5,
        "Mail goes to the wrong address.",
        "Corrected it.",
        3,
    ),
    Pattern("Report of yesterday's orders is empty", "Orders database", 4, "No figures.", "Ran the report again.", 3),
    Pattern("Mail does not arrive", "Workplace", 3, "No mail from outside.", "Released the quarantine.", 3),
]
GUESSES = (
    "The graphs bend right after the last release.", "Looks like the connection pool; checking.",
    "Not the network: other services are fine.", "A single node carries all the errors.",
    "The runbook's first step did not help.", "Traffic is twice the usual for this hour.",
)  # fmt: skip
MAJOR_STEPS = (
    (3, "note", "", "{commander} takes command. {responder} investigates, the desk answers customers."),
    (6, "note", "", "The desk says the same to everybody who calls: we know of it and are working on it."),
    (14, "note", "", "Not the last release: rolling it back changed nothing. Released it again."),
    (22, "note", "", "Found it in the dashboards of the service below; paging its team."),
    (30, "comment", "replied", "We have found the cause and are fixing it. The next update follows in 30 minutes."),
    (36, "note", "", "The mitigation is rolled out to a tenth of the traffic."),
    (44, "note", "", "Errors are falling. It is now rolled out to all traffic."),
)
