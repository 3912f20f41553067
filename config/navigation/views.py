"""The side bar by itself, counted now: pages load it after they are drawn."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from config.base.web.views import TemplatePage
from config.navigation import counts, drawing


class NavigationFragment(TemplatePage):
    """The side bar of the page at `address`."""

    template_name = "components/navigation.html"

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Read the address of the page that loads it."""
        super().setup(request, *args, **kwargs)
        self.address = (HtmxDetails(request).current_url_abs_path or "")[:2_000]

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the numbers."""
        user = self.person
        numbers = counts.count(user, at=self.at)
        navigation = drawing.draw(user, address=self.address, numbers=numbers, at=self.at)
        return super().get_context_data(**kwargs) | {"navigation": navigation}
