"""Problems as the API shows them."""

from incidents.serializers import TicketSerializer
from problems.models import Problem


class ProblemSerializer(TicketSerializer):
    """The cause, or possible cause, of incidents."""

    class Meta(TicketSerializer.Meta):
        model = Problem
        fields = (*TicketSerializer.Meta.fields, "cause", "workaround")
