"""Lists with filter and sort at 100,000 and at 1,000,000 tickets.

python -m config.embedded python -m tests.bench.bench_lists
"""

import os

from tests.bench import bulk_data, measure
from tests.bench.measure import show

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "100000,1000000").split(",")]
AIMS = {"API": (15, 4), "HTML": (60, 9), "ticket": (200, 40)}
AIM_RATIO = 1.2
ENTRIES = 500
LISTS = {
    "API newest": "/api/v1/incidents/?page_size=50",
    "API of a team, done": "/api/v1/incidents/?team=team-3&group=done&page_size=50",
    "API of a service and severity": "/api/v1/incidents/?service=service-21&severity=SEV2&page_size=50",
    "API open and mine": "/api/v1/incidents/?group=open&whose=me&page_size=50",
    "API open, by next due": "/api/v1/incidents/?group=open&order=sla_due_at&page_size=50",
    "HTML queue, open": "/incidents/?per_page=50",
    "HTML queue, by next due": "/incidents/?sort=next_due&per_page=50",
    "HTML queue of a team, by next due": "/incidents/?team=team-3&sort=next_due&per_page=50",
    "HTML everything, by next due": "/incidents/?group=&sort=next_due&per_page=50",
    "HTML done, of a team": "/incidents/?group=done&team=team-3&per_page=50",
    "HTML done, by age": "/incidents/?group=done&sort=-age&per_page=50",
    "HTML everything, by number": "/incidents/?group=&sort=-reference&per_page=50&search=",
    "HTML one number": "/incidents/?search=INC-4711&per_page=50",
    "HTML words in a title": "/incidents/?search=Replica+77&group=done&per_page=50",
}


def main() -> None:
    """Measure at each size and print the ratio to the first."""
    anchor = measure.anchor_ms(os.environ["DATABASE_URL"])
    first: dict[str, float] = {}
    with bulk_data.scratch():
        for size in SIZES:
            bulk_data.fill(size)
            bulk_data.promise_open()
            client = bulk_data.reader()
            show(f"anchor: one row inserted with its commit: {anchor:.2f} ms CPU; {size:,} tickets, 50 rows a page")
            talk = bulk_data.write_on_newest(ENTRIES)
            pages = {f"ticket with {ENTRIES} entries": talk, "ticket, all of its entries": f"{talk}?whole=on"}
            for name, url in (LISTS | pages).items():
                spent, queries = bulk_data.cost(client, url)
                aim, max_queries = AIMS[name.replace(",", " ").split()[0]]
                ratio = spent / first.setdefault(name, spent)
                show(
                    f"{name:32} {spent:6.1f} ms CPU (aim {aim}), {queries} queries (aim {max_queries}), x {ratio:.2f}"
                )
    show(f"(aim of the ratio: {AIM_RATIO})")


if __name__ == "__main__":
    main()
