"""The endpoint of work intervals."""

from oncall.api.subjects import OfSubjectViewSet
from oncall.filters.work import WorkIntervalFilter
from oncall.models import WorkInterval
from oncall.serializers.work import WorkIntervalSerializer


class WorkIntervalViewSet(OfSubjectViewSet):
    """Who worked on what, from when to when."""

    queryset = WorkInterval.objects.select_related("user")
    serializer_class = WorkIntervalSerializer
    filterset_class = WorkIntervalFilter
