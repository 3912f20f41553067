"""The sign-in pages of our own; all others are allauth's with our templates."""

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from config.base.data.models import Origin
from oncall.models import User

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def demo_people() -> QuerySet[User]:
    """The demo's people, whom anybody may sign in as; none outside the demo."""
    if not settings.DEMO:
        return User.objects.none()
    return (
        User.objects.filter(origin=Origin.DEMO, is_active=True)
        .annotate(
            role_names=Coalesce(
                StringAgg("groups__name", ", ", order_by="groups__name"), Value("Employee"), output_field=TextField()
            )
        )
        .order_by("id")[:24]
    )


class SignIn(LoginView):
    """E-mail address and password; in the demo also a list of people to sign in as."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the demo's people."""
        return super().get_context_data(**kwargs) | {"demo_people": demo_people()}


@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people without a password. Anywhere else this address does not exist."""
    if not settings.DEMO:
        raise Http404
    person_id = request.POST.get("person", "")
    person = get_object_or_404(User, pk=person_id if person_id.isdecimal() else 0, origin=Origin.DEMO, is_active=True)
    login(request, person, backend=_BACKEND)
    next_url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure())
    return redirect(next_url if is_ours else settings.LOGIN_REDIRECT_URL)


def not_offered(request: HttpRequest) -> HttpResponse:
    """Only administrators change addresses of accounts: they are the login and where pages are sent."""
    raise Http404
