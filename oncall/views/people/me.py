"""A person's own page: how to reach them, in which order, their keys and their clock."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import FormPage, PostPage, TemplatePage
from oncall.access import tokens
from oncall.cover import relief
from oncall.forms.access import TokenForm
from oncall.forms.people import AboutMeForm, CodeForm, ContactMethodForm, RuleForm
from oncall.models import ApiToken, ContactMethod, NotificationRule
from oncall.people import contact_methods
from oncall.readiness import wake_tests

_REFUSALS = (Refusal, ValidationError)


class Me(TemplatePage):
    """All of it on one page."""

    title = "Your page"
    template_name = "oncall/people/me.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is theirs."""
        user: Any = self.person
        return super().get_context_data(**kwargs) | {
            "relief": relief.offer(user, at=self.at),
            "wake_test": wake_tests.last_passed(user),
            "is_awake": bool(wake_tests.passed([user.pk], at=self.at)),
            "methods": user.contact_methods.order_by("kind", "pk"),
            "rules": user.notification_rules.select_related("contact_method").order_by(
                "urgency", "after_minutes", "position"
            ),
            "tokens": user.api_tokens.order_by("-created_at", "-pk"),
            "memberships": user.memberships.select_related("team").order_by("team__name"),
            "about_form": AboutMeForm(
                auto_id="about_%s", initial={"name": user.name, "time_zone": user.time_zone, "country": user.country}
            ),
            "method_form": ContactMethodForm(auto_id="reach_%s"),
            "rule_form": RuleForm(auto_id="rule_%s", user=user),
            "token_form": TokenForm(auto_id="token_%s"),
        }


class _Mine(FormPage):
    """A form of the page above; with errors it stands alone."""

    refusals = _REFUSALS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:me")}


class AboutMe(_Mine):
    """Name, clock and country."""

    title = "About you"
    form_class = AboutMeForm
    done = "Saved."

    def perform(self, form: Any) -> Any:
        """Save them."""
        user: Any = self.person
        for name, value in form.cleaned_data.items():
            setattr(user, name, value)
        user.save(update_fields=["name", "time_zone", "country"])
        return "oncall:me"


class MethodAdd(_Mine):
    """A new way to be reached; a code is sent there at once."""

    title = "Another way to reach you"
    form_class = ContactMethodForm
    button = "Add it and send a code"
    done = "Added. Type the code that was sent there."

    def perform(self, form: Any) -> Any:
        """Add it, and send the code."""
        method = contact_methods.add(user=self.person, **form.cleaned_data)
        try:
            contact_methods.send_code(method=method, at=self.at)
        except contact_methods.NotSent as refusal:
            self.done = f"Added. {refusal}"
        return "oncall:me"


class MethodVerify(_Mine):
    """The code that was sent."""

    title = "Prove that it reaches you"
    form_class = CodeForm
    button = "Prove it"
    done = "Proven. Pages can reach you there."

    def perform(self, form: Any) -> Any:
        """Check the code."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.verify(method=method, code=form.cleaned_data["code"], at=self.at)
        return "oncall:me"


class RuleAdd(_Mine):
    """One more line."""

    title = "Another line"
    form_class = RuleForm
    button = "Add the line"
    done = "Added."

    def get_form_kwargs(self) -> dict[str, Any]:
        """Of this person."""
        return super().get_form_kwargs() | {"user": self.person}

    def perform(self, form: Any) -> Any:
        """Add it."""
        contact_methods.add_rule(user=self.person, **form.cleaned_data)
        return "oncall:me"


class TokenAdd(_Mine):
    """A key for a program, shown on the page that answers and never again."""

    title = "A key for a program"
    form_class = TokenForm
    button = "Make the key"

    def form_valid(self, form: Any) -> HttpResponse:
        """Make it, and show it."""
        token, key = tokens.create_token(user=self.person, at=self.at, **form.cleaned_data)
        return render(self.request, "oncall/people/token.html", {"title": token.name, "token": token, "key": key})


class _Button(PostPage):
    refusals = _REFUSALS

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class MethodSend(_Button):
    """Send the code again."""

    done = "A code is on its way."

    def perform(self) -> Any:
        """Send it."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.send_code(method=method, at=self.at)
        return "oncall:me"


class MethodRemove(_Button):
    """Forget an address."""

    done = "Removed."

    def perform(self) -> Any:
        """Remove it."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove(method=method)
        return "oncall:me"


class RuleRemove(_Button):
    """Take a line away."""

    done = "Removed."

    def perform(self) -> Any:
        """Remove it."""
        rule = get_object_or_404(NotificationRule, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove_rule(rule=rule)
        return "oncall:me"


class TokenRevoke(_Button):
    """End a key."""

    done = "Revoked. Programs that use it are refused from now on."

    def perform(self) -> Any:
        """End it."""
        token = get_object_or_404(ApiToken, pk=self.kwargs["pk"], user=self.person)
        tokens.revoke_token(token=token, at=self.at)
        return "oncall:me"
