"""Addresses of the reports."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.reports import ReportRecords, TimesReport

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", TimesReport.as_view(), name="reports"),
    path("reports/records/", ReportRecords.as_view(), name="report-records"),
]
