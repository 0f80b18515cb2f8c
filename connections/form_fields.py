"""The form fields of a connection type: the standard ones under the type's own labels, and those of its extra."""

from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from connections.catalog import Types
from connections.connection_type import ConnectionType, ExtraField, StandardField
from connections.fields import is_long, value_of
from connections.reading import EXTRA, LABELS
from secretsadmin.forms import ClearableField
from secretsadmin.rendering import DescribedField, SuggestingInput

# Two narrow fields of the six sixths of a line; see templates/forms/field.html.
_WIDTHS = {"host": "w4", "port": "w2", "schema": "w3", "login": "w3", "password": "w3"}
_HOST = "name.example.com"
_PORT = "A port is a whole number from 0 to 65535, such as 5432."
_EXAMPLES = {"object": '{"key": "value"}', "array": '["first", "second"]'}
_NOT_SET = "Not set"


class _Drawn(Input):
    """An input that is drawn without a template: a form has up to forty, and each would take three."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        given = {"type": widget["type"], "name": widget["name"], "value": widget["value"]}
        return format_html("<input{}>", flatatt(given | widget["attrs"]))


class Line(_Drawn, forms.TextInput):
    """A plain text on one line."""


class SecretLine(_Drawn, forms.PasswordInput):
    """A secret on one line."""


class Box(forms.Textarea):
    """A text on several lines, drawn without a template. A parser of HTML drops the line break that it begins with."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        given = flatatt({"name": widget["name"], **widget["attrs"]})
        return format_html("<textarea{}>\n{}</textarea>", given, widget["value"] or "")


class Choice(forms.Select):
    """A choice that is drawn without a template, for the same reason."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        widget = self.get_context(name, value, attrs)["widget"]
        options = [option for _, group, _ in widget["optgroups"] for option in group]
        drawn = ((flatatt({"value": option["value"], **option["attrs"]}), option["label"]) for option in options)
        attributes = flatatt({"name": widget["name"], **widget["attrs"]})
        return format_html("<select{}>{}</select>", attributes, format_html_join("", "<option{}>{}</option>", drawn))


class TypeInput(SuggestingInput):
    """The type by its name and icon, and a way to change it; it becomes a plain input where no type is known yet."""

    template_name = "forms/type_input.html"

    def __init__(self, one: ConnectionType, among: Types) -> None:
        super().__init__({name: known.name for name, known in among.items()}, {"autocomplete": "on"})
        self.one = one
        self.use_fieldset = bool(one.conn_type)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"one": self.one}


class DrawnOnce(ClearableField):
    """A key of the extra. In a form that nobody has filled yet it looks the same to everybody, so it is drawn once."""

    field: "ExtraText"

    def as_field_group(self) -> SafeString:
        if self.form.is_bound or self.form.stored:
            return super().as_field_group()
        return _drawn_empty(self.field.extra)


class ExtraText(forms.CharField):
    """What a key of the extra holds is text here; it gets its JSON type when the connection is put together."""

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
    """A field that every connection has. Its label is the type's, unless the type leaves it Airflow's own."""
    if field.name == "port":
        return _port(field)
    placeholder = field.placeholder or (_HOST if field.name == "host" else "")
    widget = _input(placeholder, masked=masked, wide=_WIDTHS[field.name])
    return forms.CharField(
        required=False,
        strip=False,
        label=field.label,
        help_text=_unused(field) if field.hidden else "",
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
        help_text=_unused(field) if field.hidden else "",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _PORT),
        widget=Line(attrs=attrs),
    )


def _unused(field: StandardField) -> str:
    return f"This type's own form has no {LABELS[field.name]}, so its hook may not read it."


def _help(field: ExtraField) -> str:
    if field.default in (None, "", [], {}) or field.kind == "boolean" or field.choices:
        return field.help
    return f"{field.help} Its provider suggests {field.default}.".strip()


def _widget(field: ExtraField, *, masked: bool) -> forms.Widget:
    needed = " needed" if field.required else ""
    if field.kind == "boolean":
        return Choice({"class": f"w3{needed}"}, _choices(field, {"true": "Yes", "false": "No"}))
    if field.choices:
        return Choice({"class": f"w3{needed}"}, _choices(field, {str(one): str(one) for one in field.choices}))
    if is_long(field):
        return _box(field, masked=masked)
    return _input(field.placeholder or str(field.default or ""), masked=masked, wide=f"w3{needed}")


def _choices(field: ExtraField, offered: dict[str, str]) -> list[tuple[str, str]]:
    """A default is told, and stored only when somebody chooses it."""
    default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    suggested = f" (suggested: {offered[default]})" if default in offered else ""
    return [("", _NOT_SET + suggested), *offered.items()]


def _box(field: ExtraField, *, masked: bool) -> forms.Widget:
    kinds = f"{' secret' if masked else ''}{' needed' if field.required else ''}"
    placeholder = field.placeholder or _EXAMPLES.get(field.kind, "")
    return Box({"class": f"file{kinds}", "rows": 3, "placeholder": placeholder})


def _input(placeholder: str, *, masked: bool, wide: str) -> forms.Widget:
    if masked:
        return SecretLine(
            render_value=True, attrs={"class": wide, "autocomplete": "new-password", "placeholder": placeholder}
        )
    return Line({"class": wide, "autocomplete": "off", "placeholder": placeholder})
