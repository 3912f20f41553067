"""News for the apps above; they listen in their `receivers.py`.

`escalation_acknowledged`, `escalation_ended` are sent inside the transaction, with the subject's row
already locked. `page_changed` and `escalation_logged` are sent after the commit by the engine, again and
again until every receiver has taken them, so a receiver can neither undo nor repeat a page.
`standby_changed` is sent inside the transaction of whatever changed.
"""

from django.dispatch import Signal

escalation_acknowledged = Signal()
"""escalation, at, actor"""

page_changed = Signal()
"""page (with escalation and user), at"""

escalation_logged = Signal()
"""entry (with escalation), at; for every entry but "page", which the pages tell themselves"""

standby_changed = Signal()
"""at, schedules, policies, teams, users: keys of what has changed, and with it perhaps who can be reached"""
