"""The public status page: no sign-in, no session, no cookie, and responses that may be cached."""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from config.base.data.clock import database_now
from config.base.web.views import RetriedView
from incidents.customers import feeds, signed_links, status_page, statuspage_documents, subscriptions
from incidents.forms.customers import SubscribeForm
from incidents.models import StatusPage

CACHE_SECONDS = 30


class PublicView(RetriedView):
    """A public address."""

    page: StatusPage

    def setup(self, request: HttpRequest, *args: object, slug: str = "", **kwargs: object) -> None:
        """Find the page of that slug, or the default one."""
        super().setup(request, *args, **kwargs)
        page = status_page.page_named(slug)
        if page is None:
            raise Http404("There is no such status page.")
        self.page = page

    def dispatch(self, request: HttpRequest, *args: object, slug: str = "", **kwargs: object) -> HttpResponseBase:
        """Respond, without the slug that `setup` has used."""
        return super().dispatch(request, *args, **kwargs)

    def show(self, template: str, *, title: str, status: int = 200, **context: object) -> HttpResponse:
        """A page in the status page's style and time zone."""
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
        """Allow caching for 30 seconds, and answer 304 to an unchanged request."""
        response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
        if is_open:
            response["Access-Control-Allow-Origin"] = "*"
        set_response_etag(response)
        answer = get_conditional_response(self.request, etag=response["ETag"], response=response)
        return answer or response


class StatusHome(PublicView):
    """The current status, the components, the incidents and the next update."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page as it is now."""
        view, at = status_page.page_view(self.page), timezone.now()
        return self.cached(
            self.show(
                "incidents/customers/status_page/home.html",
                title=f"{self.page.name} status",
                view=view,
                days=status_page.incidents_by_day(self.page, at=at),
                is_late=view.next_update_at is not None and view.next_update_at < at,
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
    """One maintenance with all its updates."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Its page."""
        maintenance = get_object_or_404(status_page.maintenances(), public_id=public_id)
        self.page = maintenance.page
        return self.cached(
            self.show(
                "incidents/customers/status_page/maintenance.html", title=maintenance.name, maintenance=maintenance
            )
        )


class StatusFeed(PublicView):
    """The history as Atom or RSS."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The feed."""
        content = feeds.build_feed(self.page, kind=kind)
        return self.cached(HttpResponse(content, content_type=feeds.KINDS[kind].content_type), is_open=True)


class StatusDocument(PublicView):
    """Statuspage's JSON."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """The document, or a 404 in its shape."""
        document = statuspage_documents.build_document(name, page=self.page)
        answer = JsonResponse(document if document is not None else {"error": "Not found"})
        answer.status_code = 200 if document is not None else 404
        return self.cached(answer, is_open=True)


# No cookie identifies the visitor, so a request from another site gains nothing.
@method_decorator(csrf_exempt, name="dispatch")
class Subscribe(PublicView):
    """Subscribe to updates by e-mail."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self._form(SubscribeForm(page=self.page))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same response, whether the address is subscribed or not."""
        form = SubscribeForm(request.POST, page=self.page)
        if not form.is_valid():
            return self._form(form, status=422)
        if ratelimit.consume(request, action="subscribe"):
            subscriptions.request_subscription(page=self.page, at=database_now(), **form.cleaned_data)
        return self.show(
            "incidents/customers/status_page/message.html",
            title="Check your mailbox",
            text="If the address can receive mail, a message is on its way. Open the link in it and confirm.",
        )

    def _form(self, form: SubscribeForm, *, status: int = 200) -> HttpResponse:
        return self.show(
            "incidents/customers/status_page/subscribe.html", title="Updates by e-mail", form=form, status=status
        )


@method_decorator(csrf_exempt, name="dispatch")
class Confirm(PublicView):
    """The link in the first mail. Only the button confirms, because mail programs open links too."""

    title, button, done = "Confirm your subscription", "Confirm", "You are subscribed."

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The page with the button."""
        try:
            self.check(token)
        except signed_links.BadLink as refusal:
            return self.show(
                "incidents/customers/status_page/message.html",
                title="This link does not work",
                text=str(refusal),
                status=404,
            )
        return self.show("incidents/customers/status_page/confirm.html", title=self.title, button=self.button)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Perform the action."""
        try:
            self.perform(token)
        except signed_links.BadLink as refusal:
            return self.show(
                "incidents/customers/status_page/message.html",
                title="This link does not work",
                text=str(refusal),
                status=404,
            )
        return self.show("incidents/customers/status_page/message.html", title="Done", text=self.done)

    def check(self, token: str) -> None:
        """Raise BadLink for a link that cannot be used."""
        self.page = subscriptions.page_of(signed_links.read_confirm_token(token)[0])

    def perform(self, token: str) -> None:
        """Begin the subscription."""
        self.page = subscriptions.confirm(token=token, at=database_now()).page


class Unsubscribe(Confirm):
    """The unsubscribe link; mail programs POST to it by themselves (RFC 8058)."""

    title, button, done = "Unsubscribe", "Unsubscribe", "You will get no more mail from us."

    def check(self, token: str) -> None:
        """Raise BadLink for a link that cannot be used."""
        self.page = subscriptions.page_of(signed_links.read_unsubscribe_token(token))

    def perform(self, token: str) -> None:
        """End the subscription."""
        self.page = subscriptions.unsubscribe(token=token, at=database_now()).page
