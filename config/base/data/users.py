"""The account of a person as a type, for a layer that stands below the app of the user model."""

from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:  # the types of Django read the model from the settings; at run time it is not there yet
    from django.contrib.auth.models import AnonymousUser, _User
    from django.http import HttpRequest
    from rest_framework.request import Request

    User: TypeAlias = _User
    Visitor: TypeAlias = User | AnonymousUser
    """The sender of a request, signed in or not."""
else:
    User = Visitor = object


def signed_in(request: "HttpRequest | Request") -> User:
    """The signed-in person of a request; the page, endpoint or administration has made sure that there is one."""
    return cast("User", request.user)
