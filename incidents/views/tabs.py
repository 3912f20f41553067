"""Lists of one subject, as tabs beside the title of each."""

CUSTOMERS = (
    ("incidents:public-incidents", "Incidents"),
    ("incidents:components", "Components"),
    ("incidents:subscribers", "Subscribers"),
    ("incidents:deliveries", "Deliveries"),
)
SERVICES = (("incidents:services", "Services"), ("incidents:readiness", "Readiness"))
CORRECTIONS = (("incidents:excluded-times", "Excluded time"), ("incidents:sla-waivers", "Waivers of breaches"))
