"""A person's calendar feeds, and the secret addresses at which calendars read them."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.generic import View

from config.base.net import links
from config.base.rest import tokens
from config.base.web.guards import Once, Repeatable
from config.base.web.views import Destination, FormPage, PostPage, TemplatePage
from oncall import feeds
from oncall.forms.feeds import FeedForm
from oncall.models import FeedToken


class Feed(View):
    """One feed; anybody who knows the address may read it."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The calendar, or 304 if it is unchanged; 404 for a wrong or revoked address."""
        feed = feeds.find_feed(key)
        if feed is None:
            return HttpResponseNotFound("There is no calendar at this address.\n", content_type="text/plain")
        at = timezone.now()
        feeds.record_use(feed=feed, at=at)
        content = feeds.render(feed=feed, events=feeds.update_events(feed=feed, at=at))
        answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        answer["ETag"] = f'"{tokens.digest(content.decode())[:32]}"'
        answer["Cache-Control"] = "private, no-cache"
        answer["Content-Disposition"] = 'inline; filename="on-call.ics"'
        return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


class MyFeeds(TemplatePage):
    """All feeds of a person, and a form for the next one."""

    title = "Calendar feeds"
    template_name = "oncall/feeds/feeds.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The person's feeds; a link on a schedule's page selects that schedule in the form."""
        user = self.person
        return super().get_context_data(**kwargs) | {
            "feeds": user.feeds.select_related("schedule").order_by("-created_at", "-pk"),
            "form": FeedForm(initial={"schedule": self.request.GET.get("schedule", "")}),
        }


class FeedAdd(FormPage):
    """Create a feed; its address is shown once, on the page of the response."""

    guard = Once("each form is one feed")
    title = "Add feed"
    form_class = FeedForm
    button = "Add feed"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:feeds")}

    def after_repeat(self) -> str:
        """The list, with the new feed."""
        return "oncall:feeds"

    def perform(self, form: FeedForm) -> HttpResponse:
        """Create it, and show its address."""
        feed, key = feeds.create_feed(owner=self.person, **form.cleaned_data, at=self.at)
        url = links.absolute_url(reverse("oncall:feed", args=[key]))
        context = {"title": feed.name, "feed": feed, "url": url, "webcal": url.replace(url.split(":")[0], "webcal", 1)}
        return render(self.request, "oncall/feeds/feed.html", context)


class FeedRevoke(PostPage):
    """Revoke a feed."""

    guard = Repeatable("a revoked feed stays revoked")
    confirm = "Revoke this feed? Calendar programs that read it stop at once, and it cannot be given back."
    done = "Revoked. Calendar programs can no longer read it."

    def perform(self) -> Destination:
        """Revoke it."""
        feed = get_object_or_404(FeedToken, pk=self.kwargs["pk"], owner=self.person)
        feeds.revoke_feed(feed=feed, at=self.at)
        return "oncall:feeds"
