"""The subject of an escalation, a page or an obligation as the API shows it."""

from rest_framework import serializers

from config.base.rest.serializers import OutputSerializer
from oncall.serializers.people import Address


class SubjectSerializer(OutputSerializer):
    """What an escalation, a page or a stretch of work is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.IntegerField(source="subject_id")
    title = serializers.CharField()
    url = Address()
