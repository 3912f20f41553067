"""Test data: factories, a module for each subject, all of them imported here."""

from tests.factories.access import ApiTokenFactory, ServiceAccountFactory
from tests.factories.alerts import AlertFactory, EventFactory
from tests.factories.calendars import (
    CalendarDateFactory,
    CalendarFactory,
    CalendarVersionFactory,
    schedule_excluding,
)
from tests.factories.categories import CategoryFactory
from tests.factories.cover import (
    AbsenceFactory,
    OverrideFactory,
    ReliefRequestFactory,
    SwapOfferFactory,
    SwapRequestFactory,
    team_schedule,
    with_person,
)
from tests.factories.customers import (
    ComponentFactory,
    CustomerUpdateFactory,
    MaintenanceFactory,
    MaintenanceUpdateFactory,
    MessageTemplateFactory,
    PublicIncidentFactory,
    StatusPageFactory,
    SubscriberFactory,
    UpdateDeliveryFactory,
)
from tests.factories.engine import EngineLaneFactory
from tests.factories.escalation import EscalationEntryFactory, EscalationFactory, PolicyFactory, policy
from tests.factories.integrations import IntegrationFactory
from tests.factories.investigation import FactorFactory, ProblemFactory
from tests.factories.known_errors import KnownErrorFactory, KnownErrorUseFactory
from tests.factories.load import log_page
from tests.factories.obligations import (
    DUE,
    ObligationFactory,
    ObligationRuleFactory,
    ReminderFactory,
    RuleReminderFactory,
    planned,
)
from tests.factories.paging import PageFactory
from tests.factories.people import (
    NOON,
    PASSWORD,
    ContactMethodFactory,
    MembershipFactory,
    NotificationRuleFactory,
    TeamFactory,
    UserFactory,
    person_with_phone,
)
from tests.factories.postmortems import (
    PostmortemCommentFactory,
    PostmortemFactory,
    PostmortemRevisionFactory,
    PostmortemSectionFactory,
    PostmortemTemplateFactory,
    ReviewFactory,
    SeatFactory,
)
from tests.factories.prevention import ActionItemFactory, PreventionWaiverFactory
from tests.factories.readiness import WakeTestFactory
from tests.factories.requesters import ContactFactory
from tests.factories.response import ResponseFactory
from tests.factories.rota import HandoffNoteFactory
from tests.factories.saved_views import SavedViewFactory
from tests.factories.schedules import ScheduleFactory, weekly_schedule
from tests.factories.services import ServiceDependencyFactory, ServiceFactory, ServiceReadinessFactory
from tests.factories.severities import PriorityRuleFactory, SeverityFactory
from tests.factories.sla import (
    SlaActionFactory,
    SlaBreachFactory,
    SlaCreditFactory,
    SlaCycleFactory,
    SlaImpactFactory,
    SlaStaleFactory,
    SlaTargetFactory,
    SlaTargetVersionFactory,
    SlaWaiverFactory,
    SlaWarningFactory,
    broken_clock,
    cadence_of,
    waived_clock,
)
from tests.factories.tickets import (
    ChecklistItemFactory,
    IncidentFactory,
    PrivateReadingFactory,
    TicketLinkFactory,
    TicketTextFactory,
    TimelineEntryFactory,
    WatcherFactory,
)
from tests.factories.work import WorkIntervalFactory

__all__ = [
    "DUE",
    "NOON",
    "PASSWORD",
    "AbsenceFactory",
    "ActionItemFactory",
    "AlertFactory",
    "ApiTokenFactory",
    "CalendarDateFactory",
    "CalendarFactory",
    "CalendarVersionFactory",
    "CategoryFactory",
    "ChecklistItemFactory",
    "ComponentFactory",
    "ContactFactory",
    "ContactMethodFactory",
    "CustomerUpdateFactory",
    "EngineLaneFactory",
    "EscalationEntryFactory",
    "EscalationFactory",
    "EventFactory",
    "FactorFactory",
    "HandoffNoteFactory",
    "IncidentFactory",
    "IntegrationFactory",
    "KnownErrorFactory",
    "KnownErrorUseFactory",
    "MaintenanceFactory",
    "MaintenanceUpdateFactory",
    "MembershipFactory",
    "MessageTemplateFactory",
    "NotificationRuleFactory",
    "ObligationFactory",
    "ObligationRuleFactory",
    "OverrideFactory",
    "PageFactory",
    "PolicyFactory",
    "PostmortemCommentFactory",
    "PostmortemFactory",
    "PostmortemRevisionFactory",
    "PostmortemSectionFactory",
    "PostmortemTemplateFactory",
    "PreventionWaiverFactory",
    "PriorityRuleFactory",
    "PrivateReadingFactory",
    "ProblemFactory",
    "PublicIncidentFactory",
    "ReliefRequestFactory",
    "ReminderFactory",
    "ResponseFactory",
    "ReviewFactory",
    "RuleReminderFactory",
    "SavedViewFactory",
    "ScheduleFactory",
    "SeatFactory",
    "ServiceAccountFactory",
    "ServiceDependencyFactory",
    "ServiceFactory",
    "ServiceReadinessFactory",
    "SeverityFactory",
    "SlaActionFactory",
    "SlaBreachFactory",
    "SlaCreditFactory",
    "SlaCycleFactory",
    "SlaImpactFactory",
    "SlaStaleFactory",
    "SlaTargetFactory",
    "SlaTargetVersionFactory",
    "SlaWaiverFactory",
    "SlaWarningFactory",
    "StatusPageFactory",
    "SubscriberFactory",
    "SwapOfferFactory",
    "SwapRequestFactory",
    "TeamFactory",
    "TicketLinkFactory",
    "TicketTextFactory",
    "TimelineEntryFactory",
    "UpdateDeliveryFactory",
    "UserFactory",
    "WakeTestFactory",
    "WatcherFactory",
    "WorkIntervalFactory",
    "broken_clock",
    "cadence_of",
    "log_page",
    "person_with_phone",
    "planned",
    "policy",
    "schedule_excluding",
    "team_schedule",
    "waived_clock",
    "weekly_schedule",
    "with_person",
]
