"""Pages: created by a firing, sent at least once, answered by a link, never lost."""

from oncall.paging.cancelling import cancel_unsent
from oncall.paging.creating import build_pages, create_pages, ways_to_reach
from oncall.paging.dead_letters import NotDead, discard, resend
from oncall.paging.delivering import Job, claim_jobs, record
from oncall.paging.links import BadLink, link_for, page_for_link, page_of_key, refuse_old_link, use_link
from oncall.paging.news import tell
from oncall.paging.unreached import is_lost_to_providers

__all__ = [
    "BadLink",
    "Job",
    "NotDead",
    "build_pages",
    "cancel_unsent",
    "claim_jobs",
    "create_pages",
    "discard",
    "is_lost_to_providers",
    "link_for",
    "page_for_link",
    "page_of_key",
    "record",
    "refuse_old_link",
    "resend",
    "tell",
    "use_link",
    "ways_to_reach",
]
