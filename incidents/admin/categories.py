"""Categories of tickets."""

from django.contrib import admin

from config.base.web.admin import HistoryAdmin
from incidents.forms.categories import CategoryAdminForm
from incidents.models import Category


@admin.register(Category)
class CategoryAdmin(HistoryAdmin):
    """Categories, each with its team, its custom fields and whether its tickets are private."""

    form = CategoryAdminForm
    names_are_open = True
    list_display = ("name", "team", "is_private")
    list_filter = ("is_private",)
    list_select_related = ("team",)
    search_fields = ("name",)
    autocomplete_fields = ("team",)
    ordering = ("name",)
