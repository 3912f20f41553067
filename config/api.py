"""The REST API's table of contents: one line per viewset."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from config.search.api import SearchViewSet
from incidents.api import prevention
from incidents.api.alerts import AlertViewSet, EventViewSet
from incidents.api.categories import CategoryViewSet
from incidents.api.checklists import ChecklistItemViewSet
from incidents.api.customers import (
    ComponentViewSet,
    CustomerUpdateViewSet,
    DeliveryViewSet,
    MaintenanceUpdateViewSet,
    MaintenanceViewSet,
    MessageTemplateViewSet,
    PublicIncidentViewSet,
    StatusPageViewSet,
    SubscriberViewSet,
)
from incidents.api.desk import PrivateReadingViewSet, WatcherViewSet, WorkTimeViewSet
from incidents.api.integrations import IntegrationViewSet
from incidents.api.reports import MetricsViewSet, SlaCycleViewSet, SlaReportViewSet
from incidents.api.requesters import RequesterViewSet
from incidents.api.services import CoverageViewSet, ReadinessViewSet, ServiceViewSet
from incidents.api.severities import SeverityViewSet
from incidents.api.sla.corrections import SlaCreditViewSet, SlaWaiverViewSet
from incidents.api.sla.targets import SlaTargetViewSet, SlaViewSet
from incidents.api.tickets import IncidentViewSet, TimelineViewSet
from oncall.api import calendars, cover, schedules
from oncall.api.engine import EngineViewSet
from oncall.api.escalation import EscalationPolicyViewSet, EscalationViewSet
from oncall.api.obligations import ObligationViewSet
from oncall.api.paging import PageViewSet
from oncall.api.people import MembershipViewSet, TeamViewSet, UserViewSet
from oncall.api.rota import HandoffNoteViewSet, OnCallViewSet
from oncall.api.saved_views import SavedViewViewSet
from postmortems import api as postmortems
from problems import api as problems

router = SimpleRouter()
router.register("incidents", IncidentViewSet, "incident")
router.register("problems", problems.ProblemViewSet, "problem")
router.register("postmortems", postmortems.PostmortemViewSet, "postmortem")
router.register("postmortem-templates", postmortems.TemplateViewSet, "postmortem-template")
router.register("prevention-report", postmortems.PreventionReportViewSet, "prevention-report")
router.register("factors", problems.FactorViewSet, "factor")
router.register("known-errors", problems.KnownErrorViewSet, "known-error")
router.register("actions", prevention.ActionItemViewSet, "action")
router.register("links", prevention.LinkViewSet, "link")
router.register("checklist-items", ChecklistItemViewSet, "checklist-item")
router.register("private-readings", PrivateReadingViewSet, "private-reading")
router.register("watchers", WatcherViewSet, "watcher")
router.register("waivers", prevention.WaiverViewSet, "waiver")
router.register("sla-credits", SlaCreditViewSet, "sla-credit")
router.register("sla-waivers", SlaWaiverViewSet, "sla-waiver")
router.register("timeline", TimelineViewSet, "timeline")
router.register("alerts", AlertViewSet, "alert")
router.register("events", EventViewSet, "event")
router.register("integrations", IntegrationViewSet, "integration")
router.register("services", ServiceViewSet, "service")
router.register("readiness", ReadinessViewSet, "readiness")
router.register("severities", SeverityViewSet, "severity")
router.register("categories", CategoryViewSet, "category")
router.register("sla-targets", SlaTargetViewSet, "sla-target")
router.register("sla", SlaViewSet, "sla")
router.register("contacts", RequesterViewSet, "contact")
router.register("metrics", MetricsViewSet, "metrics")
router.register("reports/sla", SlaReportViewSet, "sla-report")
router.register("sla-cycles", SlaCycleViewSet, "sla-cycle")
router.register("status-pages", StatusPageViewSet, "status-page")
router.register("components", ComponentViewSet, "component")
router.register("message-templates", MessageTemplateViewSet, "message-template")
router.register("maintenances", MaintenanceViewSet, "maintenance")
router.register("maintenance-updates", MaintenanceUpdateViewSet, "maintenance-update")
router.register("public-incidents", PublicIncidentViewSet, "public-incident")
router.register("updates", CustomerUpdateViewSet, "update")
router.register("subscribers", SubscriberViewSet, "subscriber")
router.register("deliveries", DeliveryViewSet, "delivery")
router.register("escalation-policies", EscalationPolicyViewSet, "escalation-policy")
router.register("escalations", EscalationViewSet, "escalation")
router.register("pages", PageViewSet, "page")
router.register("on-call", OnCallViewSet, "on-call")
router.register("overrides", cover.OverrideViewSet, "override")
router.register("swaps", cover.SwapViewSet, "swap")
router.register("absences", cover.AbsenceViewSet, "absence")
router.register("schedules", schedules.ScheduleViewSet, "schedule")
router.register("schedule-versions", schedules.VersionViewSet, "schedule-version")
router.register("on-call/services", CoverageViewSet, "service-on-call")
router.register("handoff-notes", HandoffNoteViewSet, "handoff-note")
router.register("calendars", calendars.CalendarViewSet, "calendar")
router.register("calendar-versions", calendars.CalendarVersionViewSet, "calendar-version")
router.register("calendar-dates", calendars.CalendarDateViewSet, "calendar-date")
router.register("teams", TeamViewSet, "team")
router.register("memberships", MembershipViewSet, "membership")
router.register("users", UserViewSet, "user")
router.register("work-intervals", WorkTimeViewSet, "work-interval")
router.register("saved-views", SavedViewViewSet, "saved-view")
router.register("obligations", ObligationViewSet, "obligation")
router.register("search", SearchViewSet, "search")
router.register("engine", EngineViewSet, "engine")

# Scopes protect records; the document and its page are open to every user of the API.
_SIGNED_IN = {"permission_classes": [IsAuthenticated]}

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(**_SIGNED_IN), name="schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="schema", **_SIGNED_IN)), name="docs"),
]
