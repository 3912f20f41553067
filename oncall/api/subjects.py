"""What endpoints of records about a subject share: those see them who may see the subject."""

from typing import Any

from django.db.models import QuerySet

from config.base.rest.viewsets import ReadViewSet
from oncall import subjects


class OfSubjectViewSet(ReadViewSet):
    """Rows that know their subject; they are as visible as it is."""

    subject_at = ""

    def get_queryset(self) -> QuerySet[Any]:
        """Those whose subject the caller may know of."""
        return super().get_queryset().filter(subjects.visible(self.request.user, prefix=self.subject_at))
