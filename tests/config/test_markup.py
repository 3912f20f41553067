"""HTML from a pattern and values is what Django's own would be."""

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from config.base.web.markup import escaped, fill

VALUES = st.one_of(st.text(), st.integers(), st.none(), st.text("<>&\"' a").map(mark_safe))


class TestFill:
    @given(VALUES, VALUES)
    def test_escapes_as_django_does(self, value: object, other: object) -> None:
        pattern = '<a title="{}">{}</a>'

        assert fill(pattern, value, other) == format_html(pattern, value, other)

    def test_answers_what_is_not_escaped_again(self) -> None:
        assert fill("<b>{}</b>", fill("<i>{}</i>", "<")) == "<b><i>&lt;</i></b>"
        assert escaped(fill("{}", "&")) == "&amp;"
