"""The endpoint of pages."""

from oncall.api.subjects import OfSubjectViewSet
from oncall.filters.paging import PageFilter
from oncall.models import Page
from oncall.serializers.paging import PageSerializer


class PageViewSet(OfSubjectViewSet):
    """Pages to people, newest first, with the outcome of each."""

    queryset = Page.objects.select_related("escalation", "user")
    serializer_class = PageSerializer
    filterset_class = PageFilter
    subject_at = "escalation__"
