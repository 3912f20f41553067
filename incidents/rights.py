"""Who may do what with incidents, customers, services and severities: this app's lines of the table of rights."""

from config.base.data.rights import TEAM_MANAGER, Right, read_in_administration
from config.base.data.roles import Role

RESPONDING = (Role.AGENT, Role.RESPONDER, Role.COMMANDER, Role.MANAGER)
_CENTRE = (Role.PRACTICE, Role.ADMINISTRATOR)
_SETUP = (Role.MANAGER, *_CENTRE)

RIGHTS = (
    Right(model="incidents.incident", actions="add", words="declare an incident", everybody=True),
    Right(
        model="incidents.ticket",
        actions="act",
        words="work on incidents and problems",
        roles=RESPONDING,
    ),
    Right(
        model="incidents.customerupdate",
        actions="add",
        words="tell customers about an incident or planned work",
        roles=(Role.COMMANDER, Role.AGENT, Role.MANAGER),
    ),
    Right(
        model="incidents.preventionwaiver",
        actions="decide",
        words="decide that no prevention is needed, when somebody else asks",
        roles=(Role.COMMANDER, Role.MANAGER, Role.PRACTICE),
    ),
    Right(
        model="incidents.actionitem",
        actions="change",
        words="finish and change an action item",
        roles=RESPONDING,
        owner=True,
        owner_path="owner_id",
    ),
    Right(
        model="incidents.contact",
        actions="view",
        words="see all requesters with their addresses",
        roles=(Role.AGENT, Role.ADMINISTRATOR),
    ),
    Right(
        model="incidents.contact",
        actions="add change delete",
        words="change requesters",
        roles=(Role.ADMINISTRATOR,),
    ),
    Right(
        model="incidents.subscriber",
        actions="view",
        words="see who subscribed to updates",
        roles=(*RESPONDING, Role.ADMINISTRATOR),
    ),
    Right(
        model="incidents.updatedelivery",
        actions="view",
        words="see the mails to subscribers",
        roles=(*RESPONDING, Role.ADMINISTRATOR),
    ),
    Right(
        model="incidents.integration",
        actions="view",
        words="see the integrations, without their keys",
        everybody=True,
    ),
    Right(
        model="incidents.integration",
        actions="add change",
        words="connect senders of alerts and see their keys once",
        roles=_SETUP,
    ),
    Right(
        model="incidents.integration",
        actions="delete",
        words="delete an integration",
        roles=(Role.ADMINISTRATOR,),
    ),
    Right(
        model="incidents.service",
        actions="add delete",
        words="add and delete services",
        roles=_SETUP,
    ),
    Right(
        model="incidents.service",
        actions="change",
        words="change a service",
        roles=_SETUP,
        team=(TEAM_MANAGER,),
    ),
    Right(
        model="incidents.servicedependency",
        actions="add change delete",
        words="set what a service needs",
        roles=_SETUP,
        team=(TEAM_MANAGER,),
        team_path="service.team_id",
    ),
    Right(
        model="incidents.severity",
        actions="add change delete",
        words="set severities",
        roles=_CENTRE,
    ),
    Right(
        model="incidents.priorityrule",
        actions="add change delete",
        words="set the priority by impact and urgency",
        roles=_CENTRE,
    ),
    Right(
        model="incidents.statuspage",
        actions="add change delete",
        words="set up status pages",
        roles=_CENTRE,
    ),
    Right(
        model="incidents.component",
        actions="add change delete",
        words="set up the components of status pages",
        roles=_CENTRE,
    ),
    Right(
        model="incidents.messagetemplate",
        actions="add change delete",
        words="write templates of customer updates",
        roles=_CENTRE,
    ),
    *read_in_administration(
        "incidents",
        {
            "actionitem": "action items",
            "alert": "alerts",
            "component": "components",
            "customerupdate": "customer updates",
            "event": "events",
            "incident": "incidents",
            "maintenanceupdate": "updates about planned work",
            "messagetemplate": "message templates",
            "preventionwaiver": "prevention waivers",
            "priorityrule": "priority rules",
            "publicincident": "public incidents",
            "response": "responding teams",
            "scheduledmaintenance": "planned work",
            "service": "services",
            "servicedependency": "what services need",
            "serviceownership": "owners of services",
            "servicereadiness": "readiness of services",
            "severity": "severities",
            "statuspage": "status pages",
            "ticket": "incidents and problems",
            "ticketlink": "links between records",
            "timelineentry": "timelines",
        },
        roles=_CENTRE,
    ),
)
