"""Who may do what with postmortems: this app's lines of the table of rights."""

from config.base.data.rights import Right, read_in_administration
from config.base.data.roles import Role
from incidents.rights import RESPONDING

_CENTRE = (Role.PRACTICE, Role.ADMINISTRATOR)

RIGHTS = (
    Right(
        model="postmortems.postmortem",
        actions="add change",
        words="write a postmortem and submit it for review",
        roles=RESPONDING,
    ),
    Right(
        model="postmortems.postmortem",
        actions="comment",
        words="comment on a postmortem and take a seat in its review",
        everybody=True,
    ),
    Right(
        model="postmortems.postmortem",
        actions="approve",
        words="approve, publish, withdraw and close a postmortem",
        roles=(Role.COMMANDER, Role.MANAGER, *_CENTRE),
    ),
    Right(
        model="postmortems.template",
        actions="add change delete",
        words="set the templates of postmortems",
        roles=_CENTRE,
    ),
    *read_in_administration(
        "postmortems",
        {
            "postmortem": "postmortems",
            "postmortemcomment": "comments on postmortems",
            "postmortemrevision": "versions of postmortems",
            "postmortemsection": "sections of postmortems",
            "review": "reviews",
            "seat": "seats in reviews",
            "template": "templates of postmortems",
        },
        roles=_CENTRE,
    ),
)
