"""How forms are drawn: the one renderer, and the fields and inputs that all apps share."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html_join
from django.utils.safestring import SafeString


class DescribedField(BoundField):
    """A field with a place for its errors from the start: a preview fills it."""

    @property
    def aria_describedby(self) -> str:
        if self.is_hidden:
            return ""
        if self.help_text:
            return f"{self.auto_id}_helptext {self.auto_id}_beside"
        return f"{self.auto_id}_beside"

    @property
    def told_errors(self) -> list[str]:
        return [str(error) for error in self.errors]


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = DescribedField


class Text(forms.CharField):
    """A text with a limit that the server alone knows.

    A browser that knows the limit cuts what people paste, and doesn't tell them.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class SuggestingInput(forms.TextInput):
    """A text input that suggests values, with their labels. People may type any other."""

    template_name = "forms/suggesting_input.html"

    def __init__(self, suggestions: Mapping[str, str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        list_id = f"{name}_suggestions"
        context: dict[str, Any] = super().get_context(
            name, value, {**(attrs or {}), "list": list_id}
        )
        return context | {"list_id": list_id, "options": _options(tuple(self.suggestions.items()))}


@lru_cache(maxsize=8)
def _options(suggestions: tuple[tuple[str, str], ...]) -> SafeString:
    """Drawn once: they are many, and the same for everybody."""
    return format_html_join("", '<option value="{}">{}</option>', suggestions)
