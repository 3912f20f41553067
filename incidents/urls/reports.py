"""Addresses of the reports."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.reports.sla import SlaClockList, SlaReport
from incidents.views.reports.times import ReportRecords, TimesReport

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", TimesReport.as_view(), name="reports"),
    path("reports/records/", ReportRecords.as_view(), name="report-records"),
    path("reports/sla/", SlaReport.as_view(), name="sla-report"),
    path("reports/sla/clocks/", SlaClockList.as_view(), name="sla-clocks"),
]
