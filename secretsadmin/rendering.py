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
    """A field whose errors have a place below it from the start, so that they can come while somebody types."""

    @property
    def aria_describedby(self) -> str:
        if self.is_hidden:
            return ""
        help_text = f"{self.auto_id}_helptext " if self.help_text else ""
        return f"{help_text}{self.auto_id}_beside"

    @property
    def told_errors(self) -> list[str]:
        return [str(error) for error in self.errors]


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = DescribedField


class Text(forms.CharField):
    """A text with a limit. A browser that knew it would cut what is pasted without a word, where the server refuses."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        return {name: value for name, value in attrs.items() if name != "maxlength"}


class SuggestingInput(forms.TextInput):
    """A text input that suggests values, each with what people call it; any other value may be typed."""

    template_name = "forms/suggesting_input.html"

    def __init__(self, suggestions: Mapping[str, str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        list_id = f"{name}_suggestions"
        context: dict[str, Any] = super().get_context(name, value, {**(attrs or {}), "list": list_id})
        return context | {"list_id": list_id, "options": _options(tuple(self.suggestions.items()))}


@lru_cache(maxsize=8)
def _options(suggestions: tuple[tuple[str, str], ...]) -> SafeString:
    """Drawn once: they are many, and the same for everybody."""
    return format_html_join("", '<option value="{}">{}</option>', suggestions)
