"""What the pages share on which a requester is picked: somebody from the list, or somebody new."""

from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from config.base.web.views import FormPage, TemplatePage
from incidents import permissions
from incidents.forms.requesters import NEW_FIELDS, PickerForm, guess_new
from incidents.models import Contact
from incidents.requesters import directory, picker
from incidents.views.response.verbs import REFUSALS
from oncall.models import User


def candidates_for(user: User) -> QuerySet[Contact]:
    """The requesters that a person may choose from."""
    return Contact.objects.all() if user.has_perm("incidents.view_contact") else Contact.objects.none()


class PickerPage(FormPage):
    """A form with a requester. Without script the buttons "choose" and "look" draw it again and save nothing."""

    refusals = (*REFUSALS, directory.RequesterRefused)

    def get_initial(self) -> dict[str, object]:
        """Values from the address, as ?title=...&requester=12."""
        fields = self.get_form_class().base_fields
        values: dict[str, object] = {name: value for name, value in self.request.GET.items() if name in fields}
        return values | self._chosen(str(values.pop("requester", "")))

    def get_form_kwargs(self) -> dict[str, object]:
        """With the requesters that the person may choose from."""
        return super().get_form_kwargs() | {"candidates": candidates_for(self.person)}

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Make the call, or without script only look something up."""
        if {"look", "choose"} & set(request.POST):
            return self._draw_again()
        return super().post(request, *args, **kwargs)

    def requester_of(self, form: PickerForm) -> Contact | None:
        """The requester that the form names, made if somebody new. Raises RequesterRefused at the form's field."""
        if not form.is_new_requester:
            chosen: Contact | None = form.cleaned_data.get("requester")
            return chosen
        try:
            return directory.create_requester(values=form.new_requester, actor=self.person)
        except directory.RequesterRefused as refusal:
            raise directory.RequesterRefused(str(refusal), field=f"new_{refusal.field}") from refusal

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the people whom the words fit."""
        context = super().get_context_data(**kwargs)
        form = cast("PickerForm", context["form"])
        words = str(form["who"].value() or "")
        is_chosen = self._chosen(str(form["requester"].value() or "")).get("who") == words
        people = () if is_chosen else picker.search_requesters(words, reader=self.person)
        return context | {"words": "" if is_chosen else words, "people": people}

    def _draw_again(self) -> HttpResponse:
        values: dict[str, object] = dict(self.request.POST.items())
        choice = self.request.POST.get("choose", "")
        if choice == "new":
            values |= guess_new(str(values.get("who", ""))) | {"who": "", "requester": ""}
        elif choice:
            values |= self._chosen(choice) | dict.fromkeys(NEW_FIELDS, "")
        form = self.get_form_class()(initial=values, candidates=candidates_for(self.person))
        return self.render_to_response(self.get_context_data(form=form))

    def _chosen(self, key: str) -> dict[str, object]:
        """The fields of the requester with this key; none for a key of nobody."""
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return {}
        requester = candidates_for(self.person).filter(pk=key).first()
        return {"requester": requester.pk, "who": requester.name} if requester else {}


class RequesterChoices(TemplatePage):
    """The requesters whom the words fit, while somebody types."""

    template_name = "incidents/desk/people.html"

    def may(self) -> bool:
        """People who work on tickets."""
        return permissions.can_act(self.person)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The same by POST: names and numbers stay out of addresses."""
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The people, and the words of somebody new."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        words = data.get("who", "")
        people = picker.search_requesters(words, reader=self.person)
        return super().get_context_data(**kwargs) | {"words": words, "people": people}
