"""Who may read problems in the administration; working on them is `incidents.act_ticket`."""

from config.base.data.rights import read_in_administration
from config.base.data.roles import Role

RIGHTS = tuple(
    read_in_administration(
        "problems",
        {
            "factor": "contributing factors",
            "knownerror": "known errors",
            "knownerroruse": "uses of known errors",
            "problem": "problems",
        },
        roles=(Role.PRACTICE, Role.ADMINISTRATOR),
    )
)
