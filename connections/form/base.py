"""The fields of a connection's form, as its type has them, and what they show at first."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField

from connections.catalog import search
from connections.catalog.fields import is_json
from connections.catalog.layout import lay_out, masked_names, pretty, standard_fields, unseen
from connections.form.beginning import ConnectionBeginning, begin
from connections.form.examples import example
from connections.form.hints import HEADERS
from connections.form.widgets import Box, ExtraText, TypeInput, standard_field
from connections.inspection import types
from connections.providers.types import TYPE, ConnectionType, ExtraField, StandardField
from connections.value.connection import Connection
from connections.value.reading import EXTRA, normal_type
from secretsadmin.forms.base import SecretForm
from secretsadmin.forms.subject import Beginning, Subject
from secretsadmin.forms.told import BLANK, REVEALED, Section

AnyField = TypeVar("AnyField", StandardField, ExtraField)
FORMATS = (("auto", "Whichever fits"), ("uri", "URI"), ("json", "JSON"))
UNCHANGED = "Unchanged unless you type."
IS_TYPE = RegexValidator(
    rf"\A{TYPE.pattern}\Z",
    "A connection type is made of at most 100 letters, digits and _ . + - alone.",
)


class Names(forms.Field):
    """Names of fields that the page sends along, as hidden inputs."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)


class TypedForm(SecretForm):
    """The fields of the type, in the order in which people need them, and no stored secret."""

    id_field = "conn_id"
    revealed = "extra"

    conn_id = forms.CharField(
        label="Connection id",
        widget=forms.TextInput(attrs={"class": "id", "autocomplete": "off"}),
    )
    conn_type = forms.CharField(label="Connection type", required=False, validators=[IS_TYPE])
    extra = forms.CharField(
        required=False,
        strip=False,
        label="Other extras",
        help_text="A JSON object of what else the hook reads.",
        widget=Box(attrs={"rows": 3, "placeholder": '{"key": "value"}'}),
    )
    secret = forms.CharField(
        required=False,
        strip=False,
        label="Paste what you have",
        help_text=(
            "A URI, JSON, a SQLAlchemy or JDBC URL, a line of an environment file, "
            "an airflow command."
        ),
        widget=forms.Textarea(
            attrs={
                "class": "needed",
                "rows": 3,
                "placeholder": "postgres://login:password@host:5432/schema",
            }
        ),
    )
    format = forms.ChoiceField(
        required=False, choices=FORMATS, initial="auto", label="Stored as", widget=forms.RadioSelect
    )
    # What the page showed at first: the masked fields that are stored, and the keys of the extra.
    stored_masked = Names()
    shown_extras = Names()
    # The fields whose text came from a file or a paste with CR LF as its line ends. Browsers send
    # every line end as CR LF, so the text itself doesn't tell.
    crlf = Names()

    @classmethod
    def begin(cls, subject: Subject, text: str | None, version: str, how: str) -> Beginning:
        return begin(subject, text, version, how)

    def fit_fields(self) -> None:
        super().fit_fields()
        self._name_the_type()
        shown = []
        for field in standard_fields(self.connection_type):
            if not field.hidden or self._has(field.name):
                shown.append(field.name)
                masked = field.name in self.secrets
                self._add(field.name, standard_field(self._exemplified(field), masked=masked))
        for extra in self.connection_type.extra_fields:
            name = EXTRA + extra.name
            self._add(name, ExtraText(self._exemplified(extra), masked=name in self.secrets))
        if not self.subject.stored:
            del self.fields["stored_masked"], self.fields["shown_extras"]
            self._suggest_an_id()
        if self._sends_headers:
            self._tell_of_headers()
        self.order_fields(["conn_id", "team", "conn_type", *shown])

    @cached_property
    def connection_type(self) -> ConnectionType:
        """The type whose fields these are. Without a type, no field is hidden."""
        if self.is_bound:
            name = self.data.get("conn_type")
        else:
            name = self.initial.get("conn_type")
        if name is None and self.subject.stored:
            name = self.subject.stored.type
        return search.get(str(name or ""), types())

    @property
    def type_name(self) -> str:
        if not self.connection_type.conn_type:
            return ""
        return self.connection_type.name

    @property
    def type_icon(self) -> str:
        return self.connection_type.icon

    @cached_property
    def masked(self) -> frozenset[str]:
        """The masked fields that are stored. Before an edit is opened, the form knows of none."""
        if self.is_bound:
            return frozenset(self.data.getlist("stored_masked"))
        return frozenset(self.initial.get("stored_masked", ()))

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The fields that are never shown as they are stored."""
        names = set(self.masked)
        for field in self.connection_type.standard_fields:
            if field.sensitive:
                names.add(field.name)
        for extra in self.connection_type.extra_fields:
            if extra.sensitive:
                names.add(EXTRA + extra.name)
        return frozenset(names)

    @property
    def can_begin_with_revealed(self) -> bool:
        return bool(self.masked_in("extra"))

    @property
    def sections(self) -> tuple[Section, ...]:
        where, usual, more = self._extras()
        standard = [field.name for field in standard_fields(self.connection_type)]
        return (
            Section(self._bound("conn_id", "team")),
            Section(self._bound("conn_type", *where, *standard, *usual), entry="fields"),
            self._folded(f"More settings ({len(more)})", more),
            self._folded("Other extras", ["extra"], is_open=self._sends_headers),
            Section(self._bound("secret"), entry="paste"),
            self._folded("How it is stored", ["format"]),
            Section(self._bound("description", "reason")),
        )

    @property
    def begins_at(self) -> BoundField:
        """The field after the type. The type comes first, and changes least."""
        if self.beginning.how == REVEALED:
            return super().begins_at
        _, *behind_type = self.sections[1].fields
        if not behind_type:
            return self["description"]
        return behind_type[0]

    def masked_in(self, name: str) -> Mapping[str, str]:
        if name == "password" and self.beginning.how == BLANK:
            return {name: "It has none"}
        if name == "extra":
            without_field = sorted(self.masked.difference(self.fields))
            return {key: f"Remove {key.removeprefix(EXTRA)}" for key in without_field}
        if name in self.masked:
            return {name: "Clear it"}
        return {}

    def initial_values(self, suggested: Mapping[str, str]) -> dict[str, Any]:
        stored = self.subject.stored
        if stored is None:
            conn_type = normal_type(suggested.get("conn_type", ""))
            return {"conn_type": conn_type, "conn_id": suggested.get("conn_id", "")}
        if isinstance(self.beginning, ConnectionBeginning) and self.beginning.connection:
            return self._values_of(self.beginning.connection)
        # The text can't be read, but the secret's tag may name its type.
        if not TYPE.fullmatch(stored.type):
            return {"conn_type": ""}
        return {"conn_type": normal_type(stored.type)}

    def _values_of(self, connection: Connection) -> dict[str, Any]:
        """The plain fields, and for people who may reveal them the other extras, too."""
        connection_type = search.get(connection.conn_type, types())
        layout = lay_out(connection, connection_type)
        masked = masked_names(layout, connection_type)
        values: dict[str, Any] = {"conn_type": connection.conn_type}
        values |= {name: text for name, text in layout.texts.items() if name not in layout.masked}
        if self.beginning.how == REVEALED:
            shown = {}
            for key, value in unseen(layout, connection_type).items():
                if is_json(value):
                    shown[key] = value
                    masked.remove(EXTRA + key)
            values["extra"] = pretty(shown)
            values["shown_extras"] = list(shown)
        values["stored_masked"] = masked
        return values

    def _add(self, name: str, field: forms.Field) -> None:
        field.show_hidden_initial = self.subject.stored is not None and name not in self.secrets
        if name in self.masked:
            field.help_text = f"{UNCHANGED} {field.help_text}".strip()
            field.widget.attrs["placeholder"] = "unchanged"
        self.fields[name] = field

    def _exemplified(self, field: AnyField) -> AnyField:
        shown = example(self.connection_type.conn_type, field.name, field.placeholder)
        return replace(field, placeholder=shown)

    def _has(self, name: str) -> bool:
        """Whether there is something in this field, although the type's own form leaves it out."""
        if name in self.masked:
            return True
        if self.is_bound:
            return name in self.data
        return bool(self.initial.get(name))

    def _name_the_type(self) -> None:
        field = self.fields["conn_type"]
        field.widget = TypeInput(self.connection_type, types())
        field.show_hidden_initial = self.subject.stored is not None
        field.widget.is_required = False

    def _suggest_an_id(self) -> None:
        field = self.fields["conn_id"]
        usual = self.connection_type.default_id
        placeholder = usual or f"my_{self.connection_type.conn_type or 'connection'}"
        field.widget.attrs["placeholder"] = placeholder
        field.help_text = "Tasks ask for it by this name."
        if usual:
            field.help_text += f" An operator that is given none takes {usual}."

    @property
    def _sends_headers(self) -> bool:
        return self.connection_type.conn_type in HEADERS

    def _tell_of_headers(self) -> None:
        """Say where a token goes, because it has no field of its own."""
        field = self.fields["extra"]
        field.help_text = (
            "A JSON object. A token goes here: "
            "the hook sends a key that it doesn't know as a header."
        )
        field.widget.attrs["placeholder"] = '{"Authorization": "Bearer …"}'

    def _extras(self) -> tuple[list[str], list[str], list[str]]:
        """Names of the extra's fields: where to connect, the other usual ones, and all others.

        A form asks first where to connect, and a type without a host has that in its extra.
        """
        where, usual, more = [], [], []
        extras = self.connection_type.extra_fields
        has_choice = any(extra.first for extra in extras)
        for extra in extras:
            name = EXTRA + extra.name
            is_usual = extra.first if has_choice else not extra.offered
            if not extra.required and not is_usual:
                more.append(name)
            elif "host" in self.fields or name in self.secrets:
                usual.append(name)
            else:
                where.append(name)
        return where, usual, more

    def _folded(self, title: str, names: list[str], *, is_open: bool = False) -> Section:
        """Folded away, unless there is something in it or most people have to find it."""
        fields = self._bound(*names)
        is_open = is_open or any(self._is_used(field) for field in fields)
        return Section(fields, title, is_open, entry="fields")

    def _is_used(self, field: BoundField) -> bool:
        if field.errors or self.masked_in(field.name):
            return True
        return field.value() not in (None, "", "auto")

    def _bound(self, *names: str) -> tuple[BoundField, ...]:
        """The fields of these names that the form has."""
        return tuple(self[name] for name in names if name in self.fields)
