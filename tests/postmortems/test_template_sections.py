"""The sections of a template as rows: order, keys that stay, and what is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from config.base.web.row_fields import Row
from oncall.models import User
from postmortems.forms import SectionRowsField
from postmortems.models import Template
from postmortems.template_sections import SectionDraft, build_sections
from tests import factories as make


def draft(title: str, key: str = "", order: int | None = None) -> SectionDraft:
    return SectionDraft(key=key, title=title, guidance="", is_required=False, order=order)


def keys(*drafts: SectionDraft) -> list[object]:
    return [section["key"] for section in build_sections(drafts)]


class TestBuildSections:
    def test_gives_new_sections_a_key_from_their_title(self) -> None:
        assert keys(draft("What went well?"), draft("Lead-up")) == ["what_went_well", "lead_up"]

    def test_keeps_the_key_under_another_title(self) -> None:
        [section] = build_sections([draft("What broke", key="summary")])

        assert (section["key"], section["title"]) == ("summary", "What broke")

    def test_numbers_a_key_that_is_taken(self) -> None:
        assert keys(draft("Summary"), draft("Summary"), draft("Old", key="summary")) == [
            "summary_2", "summary_3", "summary",
        ]  # fmt: skip
        assert keys(draft("Public text")) == ["public_text_2"]

    @pytest.mark.parametrize(("title", "key"), [("日本", "section"), ("x" * 120, "x" * 40), ("!", "section")])
    def test_has_a_key_for_any_title(self, title: str, key: str) -> None:
        assert keys(draft(title)) == [key]

    def test_puts_sections_into_their_order_and_new_ones_below_their_neighbor(self) -> None:
        drafts = [draft("A", order=3), draft("B", order=1), draft("C"), draft("D", order=2)]

        assert [section["title"] for section in build_sections(drafts)] == ["B", "D", "A", "C"]


class TestSectionRows:
    def clean(self, *rows: Row) -> object:
        return SectionRowsField(label="Sections").clean(list(rows))

    def test_give_the_stored_form(self) -> None:
        cells: Row = {"title": " Lessons ", "guidance": "Where were we lucky?", "is_required": True, "order": "2"}

        assert self.clean(cells, {"order": "9", "title": "", "guidance": " ", "key": "gone"}) == [
            {"key": "lessons", "title": "Lessons", "guidance": "Where were we lucky?", "is_required": True}
        ]

    def test_come_back_as_they_were_stored(self) -> None:
        sections = [
            {"key": "a", "title": "A", "guidance": "g", "is_required": True},
            {"key": "b", "title": "B", "guidance": "", "is_required": False},
        ]
        field = SectionRowsField(label="Sections")

        assert field.clean(field.prepare_value(sections)) == sections
        assert not field.has_changed(sections, field.prepare_value(sections))

    @pytest.mark.parametrize(
        ("cells", "sentence"),
        [
            ({"guidance": "Why?"}, "Row 1: write the title of the section"),
            ({"title": "x" * 121}, "Row 1: the title is too long"),
            ({"title": "a\nb"}, "Row 1: the title is too long, or more than one line"),
            ({"title": "A", "order": "first"}, "Row 1: the order is a whole number"),
            ({"title": "A", "order": "-1"}, "Row 1: the order is a whole number"),
            ({"title": "A", "order": "²"}, "Row 1: the order is a whole number"),
            ({"title": "A", "key": "k" * 41}, "Open the page again"),
        ],
    )
    def test_are_refused_by_row(self, cells: Row, sentence: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            self.clean(cells)

        assert sentence in refusal.value.messages[0]

    def test_are_fifty_at_most(self) -> None:
        with pytest.raises(ValidationError, match="At most 50 rows"):
            self.clean(*({"title": f"T{number}"} for number in range(200)))


@pytest.mark.django_db
class TestAdministration:
    @pytest.fixture(autouse=True)
    def _boss(self, client: Client) -> None:
        client.force_login(User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss"))

    def test_adds_a_template_and_renames_a_section(self, client: Client) -> None:
        data = {"name": "Short", "sections-0-title": "Summary", "sections-0-is_required": "on"}
        assert client.post(reverse("admin:postmortems_template_add"), data).status_code == 302
        template = Template.objects.get(name="Short")
        assert template.sections == [{"key": "summary", "title": "Summary", "guidance": "", "is_required": True}]

        url = reverse("admin:postmortems_template_change", args=[template.pk])
        page = client.get(url).content.decode()
        assert '<input type="hidden" name="sections-0-key" value="summary">' in page
        changed = {
            "name": "Short",
            "sections-0-key": "summary",
            "sections-0-title": "What broke",
            "change_reason": "Plain",
        }
        assert client.post(url, changed).status_code == 302

        template.refresh_from_db()
        assert template.sections == [{"key": "summary", "title": "What broke", "guidance": "", "is_required": False}]

    @pytest.mark.parametrize(
        ("cells", "sentence"),
        [
            ({}, "Add at least one section"),
            ({"sections-0-guidance": "Why?"}, "Row 1: write the title"),
            ({"sections-0-title": "A", "sections-0-key": "not a slug!"}, "Open the page again"),
            ({"sections-0-title": "A", "sections-0-key": "public_text"}, "already used"),
        ],
    )
    def test_refuses_with_a_sentence(self, client: Client, cells: dict[str, str], sentence: str) -> None:
        response = client.post(reverse("admin:postmortems_template_add"), {"name": "Short", **cells})

        assert response.status_code == 200
        assert sentence in response.content.decode()
        assert not Template.objects.filter(name="Short").exists()

    def test_leaves_postmortems_that_exist(self, client: Client) -> None:
        postmortem = make.PostmortemFactory()
        before = list(postmortem.sections.values_list("key", "title"))

        url = reverse("admin:postmortems_template_change", args=[postmortem.template_id])
        assert (
            client.post(url, {"name": "Other", "sections-0-title": "Only this", "change_reason": "Short"}).status_code
            == 302
        )

        assert list(postmortem.sections.values_list("key", "title")) == before
