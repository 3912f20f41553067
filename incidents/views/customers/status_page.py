"""The status page for everybody: no sign-in, no session, no cookie, and answers that may be cached for a while."""

from typing import Any

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from incidents.customers import feeds, signed_links, status_documents, status_page, subscriptions
from incidents.forms.customers import SubscribeForm
from incidents.models import StatusPage

FRESH_SECONDS = 30


class PublicView(View):
    """An address that is open to everybody."""

    page: StatusPage

    def setup(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> None:
        """Find the page of that slug, or the default one."""
        super().setup(request, *args, **kwargs)
        found = status_page.page_named(slug)
        if found is None:
            raise Http404("There is no such status page.")
        self.page = found

    def dispatch(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> HttpResponseBase:
        """Answer; the slug has done its work."""
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page in the status page's own looks and time zone."""
        page = self.page
        shared = {
            "page": page,
            "title": title,
            "subscribe_url": page.address("status-subscribe"),
            "atom_url": page.address("status-feed", "atom"),
            "rss_url": page.address("status-feed", "rss"),
            "json_url": page.address("status-document", "summary"),
        }
        with timezone.override(page.time_zone):
            return render(self.request, template, shared | context, status=status)

    def cached(self, response: HttpResponse, *, is_open: bool = False) -> HttpResponse:
        """Let everybody keep it for half a minute, and answer 304 to those who have it."""
        response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
        if is_open:
            response["Access-Control-Allow-Origin"] = "*"
        set_response_etag(response)
        answer = get_conditional_response(self.request, etag=response["ETag"], response=response)
        return answer or response


class StatusHome(PublicView):
    """Is it me, which part, should I wait, when do I look again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page as it stands."""
        shown, at = status_page.read(self.page), timezone.now()
        return self.cached(
            self.show(
                "incidents/customers/status_page/home.html",
                title=f"{self.page.name} status",
                shown=shown,
                days=status_page.days(self.page, at=at),
                is_late=shown.look_again_at is not None and shown.look_again_at < at,
            )
        )


class StatusIncident(PublicView):
    """One public incident with all its updates."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Its page."""
        incident = get_object_or_404(status_page.incidents(), public_id=public_id)
        self.page = incident.page
        return self.cached(
            self.show("incidents/customers/status_page/incident.html", title=incident.name, incident=incident)
        )


class StatusMaintenance(PublicView):
    """Planned work with all that was said of it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Its page."""
        work = get_object_or_404(status_page.maintenances(), public_id=public_id)
        self.page = work.page
        return self.cached(
            self.show("incidents/customers/status_page/maintenance.html", title=work.name, maintenance=work)
        )


class StatusFeed(PublicView):
    """The history as Atom or RSS."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The feed."""
        content = feeds.history(self.page, kind=kind)
        return self.cached(HttpResponse(content, content_type=feeds.KINDS[kind].content_type), is_open=True)


class StatusDocument(PublicView):
    """Statuspage's JSON."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """The document, or a 404 in its shape."""
        found = status_documents.document(name, page=self.page)
        answer = JsonResponse(found if found is not None else {"error": "Not found"})
        answer.status_code = 200 if found is not None else 404
        return self.cached(answer, is_open=True)


# No cookie says who asks, so there is nothing a stranger's page could borrow.
@method_decorator(csrf_exempt, name="dispatch")
class Subscribe(PublicView):
    """Ask for updates by e-mail."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self._form(SubscribeForm(page=self.page))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same answer for everybody, whether the address is known or not."""
        form = SubscribeForm(request.POST, page=self.page)
        if not form.is_valid():
            return self._form(form, status=422)
        if ratelimit.consume(request, action="subscribe"):
            subscriptions.ask(page=self.page, at=timezone.now(), **form.cleaned_data)
        return self.show(
            "incidents/customers/status_page/said.html",
            title="Look into your mailbox",
            text="If the address can receive mail, a message is on its way. Open the link in it and confirm.",
        )

    def _form(self, form: SubscribeForm, *, status: int = 200) -> HttpResponse:
        return self.show(
            "incidents/customers/status_page/subscribe.html", title="Updates by e-mail", form=form, status=status
        )


@method_decorator(csrf_exempt, name="dispatch")
class Confirm(PublicView):
    """The link in the first mail. Opening it changes nothing, for programs open links too; the button does."""

    title, button, done = "Confirm your subscription", "Yes, send me updates", "You will hear from us."

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The question."""
        try:
            self.check(token)
        except signed_links.BadLink as refusal:
            return self.show(
                "incidents/customers/status_page/said.html",
                title="This link does not work",
                text=str(refusal),
                status=404,
            )
        return self.show("incidents/customers/status_page/question.html", title=self.title, button=self.button)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """The deed."""
        try:
            self.perform(token)
        except signed_links.BadLink as refusal:
            return self.show(
                "incidents/customers/status_page/said.html",
                title="This link does not work",
                text=str(refusal),
                status=404,
            )
        return self.show("incidents/customers/status_page/said.html", title="Done", text=self.done)

    def check(self, token: str) -> None:
        """Raise BadLink for a link that cannot be used."""
        self.page = subscriptions.page_of(signed_links.read_confirm(token)[0])

    def perform(self, token: str) -> None:
        """Begin the subscription."""
        self.page = subscriptions.confirm(token=token, at=timezone.now()).page


class Leave(Confirm):
    """The unsubscribe link; mail programs POST to it by themselves (RFC 8058)."""

    title, button, done = "Unsubscribe", "Yes, send me nothing more", "You will get no more mail from us."

    def check(self, token: str) -> None:
        """Raise BadLink for a link that cannot be used."""
        self.page = subscriptions.page_of(signed_links.read_leave(token))

    def perform(self, token: str) -> None:
        """End the subscription."""
        self.page = subscriptions.unsubscribe(token=token, at=timezone.now()).page
