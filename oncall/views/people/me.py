"""A person's own page: contact methods, notification rules, API tokens, and the profile."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Edits, Once, Repeatable
from config.base.web.views import Destination, FormPage, PostPage, TemplatePage
from oncall.access import tokens
from oncall.cover import relief
from oncall.forms.access import RotateForm, TokenForm
from oncall.forms.people import AboutMeForm, CodeForm, ContactMethodForm, RuleForm
from oncall.models import ApiToken, ContactMethod, NotificationRule, User
from oncall.people import contact_methods
from oncall.readiness import wake_tests

_REFUSALS = (Refusal, ValidationError)


class MyPage(TemplatePage):
    """The page itself, with all its forms."""

    title = "My profile"
    template_name = "oncall/people/me.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The person's contact methods, rules, tokens and teams, and a form for each."""
        user = self.person
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
            "about_form": AboutMeForm(auto_id="about_%s", current=_profile_values(user)),
            "method_form": ContactMethodForm(auto_id="reach_%s"),
            "rule_form": RuleForm(auto_id="rule_%s", user=user),
            "token_form": TokenForm(auto_id="token_%s"),
        }


class _MyForm(FormPage):
    """A form of the person's page; with errors it is shown alone."""

    refusals = _REFUSALS

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address of the person's page."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:me")}


def _profile_values(user: User) -> dict[str, str]:
    return {"name": user.name, "time_zone": user.time_zone, "country": user.country}


class AboutMe(_MyForm):
    """Name, time zone and country."""

    guard = Edits("profile")
    title = "Profile"
    form_class = AboutMeForm
    done = "Saved."

    @property
    def profile(self) -> User:
        """The person as stored now."""
        return User.objects.get(pk=self.person.pk)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the present values."""
        return super().get_form_kwargs() | {"current": _profile_values(self.profile)}

    def perform(self, form: AboutMeForm) -> Destination:
        """Save the profile."""
        user = self.person
        for name, value in form.cleaned_data.items():
            setattr(user, name, value)
        user.save(update_fields=["name", "time_zone", "country"])
        return "oncall:me"


class MethodAdd(_MyForm):
    """A new contact method; a code is sent there at once."""

    guard = Once("each form is one contact method")
    title = "Add a contact method"
    form_class = ContactMethodForm
    button = "Add and send a code"
    done = "Added. Enter the code that is sent there."
    method: ContactMethod | None = None

    def perform(self, form: ContactMethodForm) -> Destination:
        """Add the contact method."""
        self.method = contact_methods.add(user=self.person, **form.cleaned_data)
        return "oncall:me"

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Send the code once the contact method is stored: no transaction waits for the sender."""
        answer = super().post(request, *args, **kwargs)
        if self.method is not None:
            try:
                contact_methods.send_code(method=self.method, at=self.at)
            except contact_methods.CodeNotSent as refusal:
                messages.warning(request, str(refusal))
        return answer


class MethodVerify(_MyForm):
    """Enter the code that was sent."""

    guard = Repeatable("a verified method stays verified, and each wrong code counts")
    title = "Verify a contact method"
    form_class = CodeForm
    button = "Verify"
    done = "Verified. Pages can reach you there."

    def perform(self, form: CodeForm) -> Destination:
        """Check the code."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.verify(method=method, code=form.cleaned_data["code"], at=self.at)
        return "oncall:me"


class RuleAdd(_MyForm):
    """A new notification rule."""

    guard = Once("each form is one rule")
    title = "Add a notification rule"
    form_class = RuleForm
    button = "Add rule"
    done = "Added."

    def get_form_kwargs(self) -> dict[str, object]:
        """With the person."""
        return super().get_form_kwargs() | {"user": self.person}

    def perform(self, form: RuleForm) -> Destination:
        """Add the rule."""
        contact_methods.add_rule(user=self.person, **form.cleaned_data)
        return "oncall:me"


class TokenAdd(_MyForm):
    """A new API token; its key is shown once, on the page that answers."""

    guard = Once("each form is one token")
    title = "Create an API token"
    form_class = TokenForm
    button = "Create token"

    def after_repeat(self) -> str:
        """The person's page, with the new token."""
        return "oncall:me"

    def perform(self, form: TokenForm) -> HttpResponse:
        """Create the token, and show its key."""
        data = dict(form.cleaned_data)
        days = data.pop("expires_in")
        expires_at = self.at + timedelta(days=days) if days else None
        token, key = tokens.create_token(user=self.person, at=self.at, expires_at=expires_at, **data)
        return _show_key(self.request, token, key)


class TokenRotate(_MyForm):
    """Replace an API token; the old key works a while longer."""

    guard = Once("each form is one successor")
    title = "Replace an API token"
    form_class = RotateForm
    button = "Replace token"

    def after_repeat(self) -> str:
        """The person's page, with both tokens."""
        return "oncall:me"

    def perform(self, form: RotateForm) -> HttpResponse:
        """Create the successor, and show its key."""
        token = get_object_or_404(ApiToken, pk=self.kwargs["pk"], user=self.person)
        overlap = timedelta(hours=form.cleaned_data["overlap"])
        successor, key = tokens.rotate_token(token=token, overlap=overlap, at=self.at)
        return _show_key(self.request, successor, key)


def _show_key(request: HttpRequest, token: ApiToken, key: str) -> HttpResponse:
    return render(request, "oncall/people/token.html", {"title": token.name, "token": token, "key": key})


class _MyButton(PostPage):
    """A button of the person's page."""

    refusals = _REFUSALS

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class MethodSend(_MyButton):
    """Send the code again."""

    guard = Repeatable("half a minute passes between two codes, and no transaction waits for the sender")
    confirm = ""
    done = "A code was sent."

    def perform(self) -> Destination:
        """Send the code."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.send_code(method=method, at=self.at)
        return "oncall:me"


class MethodRemove(_MyButton):
    """Remove a contact method."""

    guard = Once("a removed method stays removed")
    confirm = "Remove this contact method? No page goes there any more, and its rules are removed."
    done = "Removed."

    def perform(self) -> Destination:
        """Remove the contact method."""
        method = get_object_or_404(ContactMethod, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove(method=method)
        return "oncall:me"


class RuleRemove(_MyButton):
    """Remove a notification rule."""

    guard = Once("a removed rule stays removed")
    confirm = "Remove this rule? Pages follow your other rules from now on."
    done = "Removed."

    def perform(self) -> Destination:
        """Remove the rule."""
        rule = get_object_or_404(NotificationRule, pk=self.kwargs["pk"], user=self.person)
        contact_methods.remove_rule(rule=rule)
        return "oncall:me"


class TokenRevoke(_MyButton):
    """Revoke an API token."""

    guard = Repeatable("a revoked token stays revoked")
    confirm = "Revoke this token? Programs that use it are refused at once, and it cannot be given back."
    done = "Revoked. Programs that use this token are refused from now on."

    def perform(self) -> Destination:
        """Revoke the token."""
        token = get_object_or_404(ApiToken, pk=self.kwargs["pk"], user=self.person)
        tokens.revoke_token(token=token, at=self.at)
        return "oncall:me"
