"""What goes wrong in the demo, how it looks to customers, and what helps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One kind of trouble."""

    title: str
    service: str
    rank: int
    seen: str
    helped: str
    weight: int = 2
    category: str = "Software"


ALERTED = [
    Story(
        "Payments time out", "Checkout", 2, "Paying takes a minute and then fails.", "Restarted the payment workers."
    ),
    Story(
        "Checkout answers with errors", "Checkout", 1, "Nobody can place an order.", "Rolled the last release back.", 1
    ),
    Story("Order confirmations arrive late", "Checkout", 3, "Mails come an hour late.", "Drained the mail queue.", 4),
    Story("Search finds nothing", "Search", 2, "Every search is empty.", "Rebuilt the index from the replica.", 1),
    Story("Search is slow", "Search", 3, "Results take five seconds.", "Added a node and dropped the cold cache.", 6),
    Story("Shop pages without pictures", "Web shop", 3, "Products show no pictures.", "Renewed the certificate."),
    Story(
        "Web shop is slow in the evening", "Web shop", 3, "Pages take long to load.", "Raised the replica count.", 5
    ),
    Story("App cannot sign in", "Mobile app", 2, "The app says: try again later.", "Rolled back the token change.", 1),
    Story("Push messages are not delivered", "Mobile app", 4, "No news of orders.", "Renewed the push key.", 3),
    Story("Prices are out of date", "Product catalog", 3, "Yesterday's prices show.", "Ran the import again.", 4),
    Story("Profile page fails", "Customer accounts", 3, "Addresses cannot be changed.", "Reverted a migration."),
    Story("Replica lags behind", "Orders database", 3, "Stock numbers are old.", "Stopped a runaway report.", 6),
    Story(
        "Disk of the orders database is filling up", "Orders database", 2, "Nothing yet.", "Removed old WAL files.", 2
    ),
    Story(
        "Too many connections", "Orders database", 2, "Orders fail now and then.", "Put the pooler back in front.", 2
    ),
    Story("Nodes are not ready", "Kubernetes", 2, "Parts of the shop fail.", "Cordoned and replaced the nodes.", 2),
    Story("Image pulls fail", "Kubernetes", 3, "Nothing yet.", "Switched to the mirror.", 4),
    Story("Certificate expires in ten days", "Kubernetes", 4, "Nothing yet.", "Renewed it.", 5),
    Story("Consumers fall behind", "Event bus", 3, "Orders reach the warehouse late.", "Added partitions.", 5),
    Story("Broker lost its leader", "Event bus", 2, "Orders wait.", "Restarted the broker on a new disk.", 1),
    Story(
        "Card payments are declined", "Card payments", 2, "Every third card fails.", "The bank repaired its gateway."
    ),
    Story("Sign-in takes ten seconds", "Single sign-on", 3, "Signing in is slow.", "Removed a dead directory.", 4),
    Story("Nobody can sign in", "Single sign-on", 1, "Nobody gets in anywhere.", "Restored the signing key.", 1),
    Story(
        "Wave of phishing mail",
        "Threat detection",
        3,
        "Staff get false invoices.",
        "Blocked the senders.",
        4,
        "Security",
    ),
    Story("Log collection stopped", "Threat detection", 4, "Nothing.", "Restarted the collector.", 3, "Security"),
    Story("Tracking pages are empty", "Parcel tracking", 3, "Parcels cannot be followed.", "The supplier restarted."),
    Story("Pages wait behind a slow gateway", "Holdfast", 3, "Nothing.", "Switched the text gateway.", 1),
]
CALLED = [
    Story("Printer on floor {n} prints pale", "Workplace", 5, "Prints are pale.", "Changed the toner.", 5, "Hardware"),
    Story("Laptop does not start", "Workplace", 4, "The screen stays black.", "Reset the battery.", 6, "Hardware"),
    Story("Cannot open the shared calendar", "Workplace", 4, "No calendar.", "Gave the right back.", 6, "Access"),
    Story("Password forgotten", "Single sign-on", 5, "Locked out.", "Proved the caller and reset it.", 12, "Access"),
    Story(
        "Meeting room {n} has no picture", "Workplace", 5, "The screen is dark.", "Changed the cable.", 5, "Hardware"
    ),
    Story("Customer cannot change the delivery day", "Checkout", 4, "The day is grey.", "Cleared the old slot.", 5),
    Story("Voucher is refused", "Checkout", 4, "The code is not taken.", "Corrected the voucher's dates.", 5),
    Story("Order shows twice in the app", "Mobile app", 5, "One order, two lines.", "Merged the lines.", 4),
    Story("Wrong picture at an article", "Product catalog", 5, "A red shoe is blue.", "Changed the picture.", 4),
    Story("Parcel shown as lost", "Parcel tracking", 4, "The customer waits.", "The supplier found it.", 5),
    Story("Newsletter goes to an old address", "Customer accounts", 5, "Mail to the wrong place.", "Moved it.", 3),
    Story("Report of yesterday's orders is empty", "Orders database", 4, "No figures.", "Ran the report again.", 3),
    Story("Mail does not arrive", "Workplace", 3, "No mail from outside.", "Released the quarantine.", 3),
]
GUESSES = (
    "The graphs bend right after the last release.", "Looks like the connection pool; checking.",
    "Not the network: other services are fine.", "A single node carries all the errors.",
    "The runbook's first step did not help.", "Traffic is twice the usual for this hour.",
)  # fmt: skip
MAJOR_STEPS = (
    (3, "note", "{commander} takes command. {responder} looks, the desk answers customers."),
    (6, "note", "Customers were told: we know, we are working on it, the next word follows in 30 minutes."),
    (14, "note", "Not the last release: rolling it back changed nothing. Forward again."),
    (22, "note", "Found it in the dashboards of the layer below; calling its owners in."),
    (30, "comment", "We have found the cause and are mending it. The next word follows in 30 minutes."),
    (36, "note", "Mitigation is going out to a tenth of the traffic."),
    (44, "note", "Errors are falling. Everything gets it now."),
)
