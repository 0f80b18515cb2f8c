"""The form fields of a connection type: the standard ones, and those of its extra."""

from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from connections.catalog.fields import is_long, value_of
from connections.providers.catalogue import Types
from connections.providers.types import ConnectionType, ExtraField, StandardField
from connections.value.reading import EXTRA, LABELS
from secretsadmin.forms.base import ClearableField
from secretsadmin.forms.rendering import DescribedField, SuggestingInput

# Two narrow fields of the six sixths of a line; see templates/forms/field.html.
_WIDTHS = {"host": "w4", "port": "w2", "schema": "w3", "login": "w3", "password": "w3"}
_HOST = "name.example.com"
_PORT = "A port is a whole number from 0 to 65535, such as 5432."
_EXAMPLES = {"object": '{"key": "value"}', "array": '["first", "second"]'}
_NOT_SET = "Not set"


class _Drawn(Input):
    """An input that is drawn without a template. A form has up to forty of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        given = {"type": widget["type"], "name": widget["name"], "value": widget["value"]}
        return format_html("<input{}>", flatatt(given | widget["attrs"]))


class Line(_Drawn, forms.TextInput):
    """A plain text on one line."""


class SecretLine(_Drawn, forms.PasswordInput):
    """A secret on one line."""


class Box(forms.Textarea):
    """A text on several lines, drawn without a template.

    Browsers drop a line break right behind the tag, so one is written there for them to drop.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        given = flatatt({"name": widget["name"], **widget["attrs"]})
        return format_html("<textarea{}>\n{}</textarea>", given, widget["value"] or "")


class ChoiceInput(forms.Select):
    """A choice, drawn without a template."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        drawn = []
        for _, options, _ in widget["optgroups"]:
            for option in options:
                attributes = flatatt({"value": option["value"], **option["attrs"]})
                drawn.append((attributes, option["label"]))
        return format_html(
            "<select{}>{}</select>",
            flatatt({"name": widget["name"], **widget["attrs"]}),
            format_html_join("", "<option{}>{}</option>", drawn),
        )


class TypeInput(SuggestingInput):
    """The type by its name and icon, and a way to change it. Without a type, a plain input."""

    template_name = "forms/type_input.html"

    def __init__(self, connection_type: ConnectionType, types: Types) -> None:
        names = {conn_type: suggested.name for conn_type, suggested in types.items()}
        super().__init__(names, {"autocomplete": "on"})
        self.connection_type = connection_type
        self.use_fieldset = bool(connection_type.conn_type)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"connection_type": self.connection_type}


class DrawnOnce(ClearableField):
    """A key of the extra.

    It looks the same in every empty form, so it is drawn once for all of them.
    """

    field: "ExtraText"

    def as_field_group(self) -> SafeString:
        if self.form.is_bound or self.form.subject.stored:
            return super().as_field_group()
        return _drawn_empty(self.field.extra)


class ExtraText(forms.CharField):
    """A key of the extra, as text. The value gets its JSON type once the form is saved."""

    bound_field_class = DrawnOnce

    def __init__(self, extra: ExtraField, *, masked: bool) -> None:
        self.extra = extra
        super().__init__(
            required=False,
            strip=False,
            label=extra.label,
            help_text=_help(extra),
            widget=_widget(extra, masked=masked),
            validators=[_Fits(extra)],
        )


@lru_cache(maxsize=4096)
def _drawn_empty(extra: ExtraField) -> SafeString:
    form = forms.Form(label_suffix="")
    name = EXTRA + extra.name
    form.fields[name] = ExtraText(extra, masked=extra.sensitive)
    return DescribedField(form, form.fields[name], name).as_field_group()


def standard_field(field: StandardField, *, masked: bool) -> forms.Field:
    """A field that every connection has.

    The type may give it a label of its own.
    """
    if field.name == "port":
        return _port(field)
    placeholder = field.placeholder
    if field.name == "host":
        placeholder = placeholder or _HOST
    widget = _input(placeholder, masked=masked, wide=_WIDTHS[field.name])
    return forms.CharField(
        required=False,
        strip=False,
        label=field.label,
        help_text=_unused(field),
        widget=widget,
    )


class _Fits:
    """Refuses a text that the field can't take, with the sentence that says why."""

    def __init__(self, field: ExtraField) -> None:
        self.field = field

    def __call__(self, text: str) -> None:
        try:
            value_of(self.field, text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def _port(field: StandardField) -> forms.Field:
    attrs = {"class": _WIDTHS["port"], "inputmode": "numeric", "placeholder": field.placeholder}
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=65_535,
        label=field.label,
        help_text=_unused(field),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _PORT),
        widget=Line(attrs=attrs),
    )


def _unused(field: StandardField) -> str:
    """What to know of a field that the type's own form leaves out."""
    if not field.hidden:
        return ""
    return f"This type's own form has no {LABELS[field.name]}, so its hook may not read it."


def _help(field: ExtraField) -> str:
    if field.default in (None, "", [], {}) or field.kind == "boolean" or field.choices:
        return field.help
    return f"{field.help} Its provider suggests {field.default}.".strip()


def _widget(field: ExtraField, *, masked: bool) -> forms.Widget:
    css_class = "w3"
    if field.required:
        css_class = "w3 needed"
    if field.kind == "boolean":
        return ChoiceInput({"class": css_class}, _choices(field, {"true": "Yes", "false": "No"}))
    if field.choices:
        titles = {str(choice): str(choice) for choice in field.choices}
        return ChoiceInput({"class": css_class}, _choices(field, titles))
    if is_long(field):
        return _box(field, masked=masked)
    placeholder = field.placeholder or str(field.default or "")
    return _input(placeholder, masked=masked, wide=css_class)


def _choices(field: ExtraField, titles: dict[str, str]) -> list[tuple[str, str]]:
    """The empty choice names the default, which is stored only when somebody chooses it."""
    default = str(field.default)
    if isinstance(field.default, bool):
        default = default.lower()
    unset = _NOT_SET
    if default in titles:
        unset = f"{_NOT_SET} (suggested: {titles[default]})"
    return [("", unset), *titles.items()]


def _box(field: ExtraField, *, masked: bool) -> forms.Widget:
    css_classes = ["file"]
    if masked:
        css_classes.append("secret")
    if field.required:
        css_classes.append("needed")
    placeholder = field.placeholder or _EXAMPLES.get(field.kind, "")
    return Box({"class": " ".join(css_classes), "rows": 3, "placeholder": placeholder})


def _input(placeholder: str, *, masked: bool, wide: str) -> forms.Widget:
    if masked:
        return SecretLine(
            render_value=True,
            attrs={"class": wide, "autocomplete": "new-password", "placeholder": placeholder},
        )
    return Line({"class": wide, "autocomplete": "off", "placeholder": placeholder})
