"""What the address of the search asks."""

from django import forms

from config.base.data import search
from config.base.data.search import Kind, Question
from config.base.data.users import User
from config.base.web.filters import YesNoField
from config.base.web.forms import FilterForm


class QuestionField(forms.Field):
    """What to look for: any text, never an error."""

    def clean(self, value: object) -> Question:
        """The question."""
        return Question.of(str(value or ""))


class SearchForm(FilterForm):
    """The words, and perhaps one kind of record, and only what is done."""

    q = QuestionField(label="Search", required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    done = YesNoField(label="Only done", required=False)

    def __init__(self, *args: object, kinds: list[Kind], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        choice = self.fields["kind"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", "Everything"), *((kind.name, kind.label) for kind in kinds)]

    @property
    def question(self) -> Question:
        """The question; an empty one if there is none."""
        return self.cleaned_data.get("q") or Question("")

    @property
    def limits(self) -> search.Limits:
        """Few rows of each kind, or many of the chosen one."""
        is_done_only = bool(self.cleaned_data.get("done"))
        return search.Limits(search.ROWS if not self.chosen else search.ROWS_OF_KIND, is_done_only=is_done_only)

    @property
    def chosen(self) -> Kind | None:
        """The chosen kind."""
        name = self.cleaned_data.get("kind")
        return next((kind for kind in self.kinds if kind.name == name), None)

    def groups(self, user: User) -> list[search.Group]:
        """What was found, kind by kind."""
        kinds = [self.chosen] if self.chosen else self.kinds
        return search.search(self.question, user=user, kinds=kinds, limits=self.limits)
