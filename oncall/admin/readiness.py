"""Wake tests."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import WakeTest


@admin.register(WakeTest)
class WakeTestAdmin(FactAdmin):
    """Test pages that people sent to themselves."""

    list_display = ("user", "channel", "sent_at", "passed_at")
    list_filter = ("channel", ("passed_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    ordering = ("-sent_at", "-pk")
