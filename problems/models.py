"""Problems: why it happened, as the same kind of record as the incidents it caused."""

from django.db import models

from incidents.models import Ticket


class Problem(Ticket):
    """The cause, or possible cause, of incidents; here is only what no list asks for."""

    cause = models.TextField(blank=True)
    workaround = models.TextField(blank=True)

    class Meta:
        base_manager_name = "objects"
