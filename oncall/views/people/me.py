"""A person's own page: contact methods, notification rules, API tokens, and the profile."""

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


class MyPage(TemplatePage):
    """The page itself, with all its forms."""

    title = "My profile"
    template_name = "oncall/people/me.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The person's contact methods, rules, tokens and teams, and a form for each."""
        user: Any = self.person
        return super().get_context_data(**kwargs) | {
            "relief": relief.relief_offer(user, at=self.at),
            "wake_test": wake_tests.last_passed(user),
            "has_passed": bool(wake_tests.passed([user.pk], at=self.at)),
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


class _MyForm(FormPage):
    """A form of the person's page; with errors it is shown alone."""

    refusals = _REFUSALS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the address of the person's page."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:me")}


class AboutMe(_MyForm):
    """Name, time zone and country."""

    title = "Profile"
    form_class = AboutMeForm
    done = "Saved."

    def perform(self, form: Any) -> Any:
        """Save the profile."""
        user: Any = self.person
        for name, value in form.cleaned_data.items():
            setattr(user, name, value)
        user.save(update_fields=["name", "time_zone", "country"])
        return "oncall:me"


class MethodAdd(_MyForm):
    """A new contact method; a code is sent there at once."""

    title = "Add a contact method"
    form_class = ContactMethodForm
    button = "Add and send a code"
    done = "Added. Enter the code that was sent there."

    def perform(self, form: Any) -> Any:
        """Add the contact method, and send the code."""
        method = contact_methods.add(user=self.person, **form.cleaned_data)
        try:
            contact_methods.send_code(method=method, at=self.at)
        except contact_methods.CodeNotSent as refusal:
            self.done = f"Added. {refusal}"
        return "oncall:me"


class MethodVerify(_MyForm):
    """Enter the code that was sent."""

    title = "Verify a contact method"
    form_class = CodeForm
    button = "Verify"
    done = "Verified. Pages can reach you there."

    def perform(self, form: Any) -> Any:
        """Check the code."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.verify(method=method, code=form.cleaned_data["code"], at=self.at)
        return "oncall:me"


class RuleAdd(_MyForm):
    """A new notification rule."""

    title = "Add a notification rule"
    form_class = RuleForm
    button = "Add rule"
    done = "Added."

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the person."""
        return super().get_form_kwargs() | {"user": self.person}

    def perform(self, form: Any) -> Any:
        """Add the rule."""
        contact_methods.add_rule(user=self.person, **form.cleaned_data)
        return "oncall:me"


class TokenAdd(_MyForm):
    """A new API token; its key is shown once, on the page that answers."""

    title = "Create an API token"
    form_class = TokenForm
    button = "Create token"

    def form_valid(self, form: Any) -> HttpResponse:
        """Create the token, and show its key."""
        token, key = tokens.create_token(user=self.person, at=self.at, **form.cleaned_data)
        return render(self.request, "oncall/people/token.html", {"title": token.name, "token": token, "key": key})


class _MyButton(PostPage):
    """A button of the person's page."""

    refusals = _REFUSALS

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class MethodSend(_MyButton):
    """Send the code again."""

    confirm = ""
    done = "A code was sent."

    def perform(self) -> Any:
        """Send the code."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.send_code(method=method, at=self.at)
        return "oncall:me"


class MethodRemove(_MyButton):
    """Remove a contact method."""

    confirm = "Remove this contact method? No page goes there any more, and its rules are removed."
    done = "Removed."

    def perform(self) -> Any:
        """Remove the contact method."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove(method=method)
        return "oncall:me"


class RuleRemove(_MyButton):
    """Remove a notification rule."""

    confirm = "Remove this rule? Pages follow your other rules from now on."
    done = "Removed."

    def perform(self) -> Any:
        """Remove the rule."""
        rule = get_object_or_404(NotificationRule, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove_rule(rule=rule)
        return "oncall:me"


class TokenRevoke(_MyButton):
    """Revoke an API token."""

    confirm = "Revoke this token? Programs that use it are refused at once, and it cannot be given back."
    done = "Revoked. Programs that use this token are refused from now on."

    def perform(self) -> Any:
        """Revoke the token."""
        token = get_object_or_404(ApiToken, pk=self.kwargs["pk"], user=self.person)
        tokens.revoke_token(token=token, at=self.at)
        return "oncall:me"
