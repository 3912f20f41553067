"""Facts about a subject are seen by those who may know of the subject, here as everywhere."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web.admin import FactAdmin
from oncall import subjects


class SubjectAdmin(FactAdmin):
    """Facts that know their subject; `subject_at` leads to it."""

    subject_at = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only those whose subject the reader may know of."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(subjects.visible(request.user, prefix=self.subject_at))
