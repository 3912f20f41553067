"""The endpoints of the figures of the reports, and of the clocks behind those of the SLA report."""

from dataclasses import asdict
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.viewsets import AnswerViewSet, ReadViewSet
from incidents.filters.reports import ReportFilter, SlaCycleFilter, SlaReportFilter
from incidents.models import Service, Severity, SlaCycle, Ticket
from incidents.reports import aggregates, metrics
from incidents.serializers.reports import MetricsSerializer, SlaCycleSerializer, SlaReportSerializer
from incidents.sla.report import Grouping, Tally, with_corrections
from oncall.models import Team

_SPLITS = {"team": Team.objects.all(), "service": Service.objects.all(), "severity": Severity.objects.all()}


class MetricsViewSet(AnswerViewSet):
    """Times to acknowledge, restore, resolve, respond and repair by month of the caller's zone."""

    queryset = Ticket.objects.incidents()
    serializer_class = MetricsSerializer
    query_parameters = ("by", "since", "until", "team", "service", "severity", "times")
    filter_parameters = query_parameters[1:]

    @extend_schema(
        parameters=[
            OpenApiParameter("by", enum=list(metrics.DIMENSIONS)),
            *(OpenApiParameter(name) for name in query_parameters[1:]),
        ]
    )
    def list(self, request: Request) -> Response:
        """All groups in one answer."""
        by = request.query_params.get("by")
        if by is not None and by not in metrics.DIMENSIONS:
            raise exceptions.ValidationError({"by": [f"Split by one of: {', '.join(metrics.DIMENSIONS)}."]})
        report_filter = ReportFilter(request.query_params, queryset=self.get_queryset(), request=request)
        if not report_filter.is_valid():
            raise exceptions.ValidationError(report_filter.errors)
        zone = ZoneInfo(timezone.get_current_timezone_name())
        cells = aggregates.tally(
            report_filter.qs, zone=zone, dimension=by, measures=tuple(metrics.MEASURES), scope=report_filter.scope
        )
        keys = dict(_SPLITS[by].values_list("pk", "name" if by == "severity" else "slug")) if by else {}
        rows = [
            {
                "month": cell.month,
                "key": keys.get(cell.key),
                "is_of_all": cell.is_of_all,
                "measures": {name: asdict(figures) for name, figures in cell.figures.items()},
            }
            for cell in cells
        ]
        return Response(MetricsSerializer({"zone": str(zone), "by": by, "cells": rows}).data)


class SlaReportViewSet(AnswerViewSet):
    """Promises kept and broken, by service, team, customer, category or month of the caller's zone."""

    queryset = SlaCycle.objects.all()
    serializer_class = SlaReportSerializer
    query_parameters = (
        "by", "since", "until", "kind", "metric", "team", "service", "customer", "category", "imported", "source",
    )  # fmt: skip
    filter_parameters = query_parameters[1:]

    @extend_schema(
        parameters=[
            OpenApiParameter("by", enum=Grouping.values),
            *(OpenApiParameter(name) for name in query_parameters[1:]),
        ]
    )
    def list(self, request: Request) -> Response:
        """All promises and groups in one answer."""
        report_filter = SlaReportFilter(request.query_params, queryset=self.get_queryset(), request=request)
        if not report_filter.is_valid():
            raise exceptions.ValidationError(report_filter.errors)
        sections = [
            {
                "kind": section.kind,
                "metric": section.metric,
                "system": section.source,
                "total": _tally(section.total),
                "groups": [
                    {"key": group.key or None, "name": group.label} | _tally(tally) for group, tally in section.groups
                ],
            }
            for section in report_filter.sections()
        ]
        after, before = report_filter.span
        content = {
            "zone": str(report_filter.zone),
            "decided_after": after,
            "decided_before": before,
            "by": report_filter.grouping,
            "sections": sections,
        }
        return Response(SlaReportSerializer(content).data)


def _tally(tally: Tally) -> dict[str, object]:
    return asdict(tally) | {"decided": tally.decided, "met_percent": tally.met_percent}


class SlaCycleViewSet(ReadViewSet):
    """Clocks of tickets as they were last computed, newest first."""

    queryset = with_corrections(
        SlaCycle.objects.select_related("ticket", "team", "version__target", "service", "owner")
    )
    serializer_class = SlaCycleSerializer
    filterset_class = SlaCycleFilter
