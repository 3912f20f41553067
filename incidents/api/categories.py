"""The endpoint of categories."""

from config.base.rest.configuration import ConfigurationViewSet, Values
from incidents.categories import catalogue
from incidents.filters.categories import CategoryFilter
from incidents.models import Category
from incidents.serializers.categories import CategorySerializer, CategoryWriteSerializer


class CategoryViewSet(ConfigurationViewSet):
    """Categories of tickets."""

    queryset = Category.objects.select_related("team")
    serializer_class = CategorySerializer
    filterset_class = CategoryFilter
    order = "id"
    takes = CategoryWriteSerializer

    def write(self, record: Category | None, values: Values) -> Category:
        """One category with its fields."""
        if "custom_fields" in values:
            values["custom_fields"] = [dict(field) for field in values["custom_fields"]]
        return catalogue.save_category(category=record, reason=values.pop("reason"), values=values, actor=self.actor)

    def remove(self, record: Category) -> None:
        """Only a category that no ticket has."""
        catalogue.delete_category(category=record, actor=self.actor)
