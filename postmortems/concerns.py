"""Concerns about postmortems: no template is the default."""

from datetime import datetime

from config.base.web.concerns import Concern, Stage, Task, add_page, list_page
from postmortems.default_template import NAME
from postmortems.models import Template


def list_concerns(at: datetime) -> list[Concern]:
    """No default template: each postmortem then gets the standard sections, whatever others there are."""
    templates = list(Template.objects.filter(retired_at=None).values_list("is_default", flat=True))
    if any(templates):
        return []
    return [
        Concern(
            text="No postmortem template is the default.",
            effect=f"New postmortems get the sections of “{NAME}”.",
            task=Task.MESSAGES,
            stage=Stage.TEMPLATES,
            url=list_page("postmortems_template") if templates else add_page("postmortems_template"),
            button="Choose the default" if templates else "Add a template",
            right="postmortems.view_template",
        )
    ]
