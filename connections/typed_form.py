"""The fields of a connection's form, as its type has them, and what of a stored connection they show."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField

from connections import catalog
from connections.beginning import is_sound, readable
from connections.connection import Connection
from connections.connection_type import TYPE, ConnectionType, ExtraField, StandardField
from connections.examples import example
from connections.fields import is_json
from connections.form_fields import Box, ExtraText, TypeInput, standard_field
from connections.hints import HEADERS
from connections.layout import lay_out, masked_names, pretty, standard_fields, unseen
from connections.mending import Mend, mend
from connections.reading import EXTRA, normal_type
from connections.shape import types
from secretsadmin.form_parts import BLANK, MENDED, Section
from secretsadmin.forms import SecretForm
from secretsadmin.kinds import Note

Known = TypeVar("Known", StandardField, ExtraField)
FORMS = (("auto", "Whichever fits"), ("uri", "URI"), ("json", "JSON"))
UNCHANGED = "Unchanged unless you type."
IS_TYPE = RegexValidator(
    rf"\A{TYPE.pattern}\Z", "A connection type is made of at most 100 letters, digits and _ . + - alone."
)


class Names(forms.Field):
    """Names of fields that the page sends along, as hidden inputs."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)


class TypedForm(SecretForm):
    """What the page shows: the fields of the type, in the order in which people need them, and no stored secret."""

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
        help_text="A URI, JSON, a SQLAlchemy or JDBC URL, a line of an environment file, an airflow command.",
        widget=forms.Textarea(
            attrs={"class": "needed", "rows": 3, "placeholder": "postgres://login:password@host:5432/schema"}
        ),
    )
    form = forms.ChoiceField(required=False, choices=FORMS, initial="auto", label="Stored as", widget=forms.RadioSelect)
    # What the page showed when it was opened: the fields that are stored and masked, and the extra's own keys.
    stored_masked = Names()
    shown_extras = Names()
    # The fields that a file or a paste has filled whose line ends are CR LF, which a form would send anyway.
    crlf = Names()

    # What there is to say of how the fields were filled.
    notes: tuple[Note, ...] = ()

    def shape(self) -> None:
        super().shape()
        self._name_the_type()
        standard = [each for each in standard_fields(self.connection_type) if not each.hidden or self._has(each.name)]
        for each in standard:
            self._add(each.name, standard_field(self._exemplified(each), masked=each.name in self.secrets))
        for extra in self.connection_type.extra_fields:
            name = EXTRA + extra.name
            self._add(name, ExtraText(self._exemplified(extra), masked=name in self.secrets))
        if not self.stored:
            del self.fields["stored_masked"], self.fields["shown_extras"]
            self._suggest_an_id()
        if self._sends_headers:
            self._tell_of_headers()
        self.order_fields(["conn_id", "team", "conn_type", *(each.name for each in standard)])

    @cached_property
    def connection_type(self) -> ConnectionType:
        """The type that the fields are of; that of a form without one is nobody's, and hides nothing."""
        named = self.data.get("conn_type") if self.is_bound else self.initial.get("conn_type")
        if named is None and self.stored:
            named = self.stored.type
        return catalog.get(str(named or ""), types())

    @cached_property
    def masked(self) -> frozenset[str]:
        """The masked fields that are stored, as far as the form was opened and so knows them."""
        return frozenset(self.data.getlist("stored_masked") if self.is_bound else self.initial.get("stored_masked", ()))

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The fields of the type that are never shown as they are stored."""
        standard = {each.name for each in self.connection_type.standard_fields if each.sensitive}
        extras = {EXTRA + extra.name for extra in self.connection_type.extra_fields if extra.sensitive}
        return self.masked | standard | extras

    @property
    def words(self) -> Any:
        return self.environment.backend.extra_conn_words

    @property
    def can_begin_with_revealed(self) -> bool:
        return bool(self.masked_in("extra"))

    @property
    def sections(self) -> tuple[Section, ...]:
        where, how, more = self._extras()
        standard = [self[each.name] for each in standard_fields(self.connection_type) if each.name in self.fields]
        known = [self[name] for name in ("conn_id", "team") if name in self.fields]
        last = [self[name] for name in ("description", "reason")]
        return (
            Section(tuple(known)),
            Section((self["conn_type"], *where, *standard, *how), entry="fields"),
            self._folded(f"More settings ({len(more)})", more),
            self._folded("Other extras", [self["extra"]], is_open=self._sends_headers),
            Section((self["secret"],), entry="paste"),
            self._folded("How it is stored", [self["form"]]),
            Section(tuple(last)),
        )

    @property
    def begins_at(self) -> BoundField:
        """The type comes before the fields, and changes less often than any of them."""
        if self.reveal:
            return super().begins_at
        _, *others = self.sections[1].fields
        return others[0] if others else self["description"]

    def masked_in(self, name: str) -> Mapping[str, str]:
        if name == "password" and self.beginning == BLANK:
            return {name: "It has none"}
        if name != "extra":
            return {name: "Clear it"} if name in self.masked else {}
        others = sorted(each for each in self.masked if each not in self.fields)
        return {each: f"Remove {each.removeprefix(EXTRA)}" for each in others}

    def initial_values(self) -> dict[str, Any]:
        stored = self.begun_with(self.stored_text) if self.stored_text else None
        if stored is None:
            return self._empty_values()
        one = catalog.get(stored.conn_type, types())
        layout = lay_out(stored, one)
        plain = {name: text for name, text in layout.texts.items() if name not in layout.masked}
        shown = {key: value for key, value in unseen(layout, one).items() if is_json(value)} if self.reveal else {}
        extra = {"extra": pretty(shown), "shown_extras": list(shown)} if self.reveal else {}
        masked = [name for name in masked_names(layout, one) if name not in {EXTRA + key for key in shown}]
        return {"conn_type": stored.conn_type, **plain, **extra, "stored_masked": masked}

    def _empty_values(self) -> dict[str, Any]:
        """Of a text that can't be read, the type is known all the same if it was noted of the secret."""
        if self.stored is None:
            return {"conn_type": normal_type(self.asked.get("conn_type", "")), "conn_id": self.asked.get("conn_id", "")}
        if self.stored_text:
            self.beginning = BLANK
        conn_type = self.stored.type if TYPE.fullmatch(self.stored.type) else ""
        return {"conn_type": normal_type(conn_type)}

    def begun_with(self, text: str) -> Connection | None:
        """The connection that a form goes on from: what can be read of the text, or what it seems to mean."""
        if self.beginning == MENDED and (found := self.mend(text)):
            return found.connection
        return readable(text, self.environment.backend)

    def mend(self, text: str) -> Mend | None:
        """What the text seems to mean, where it isn't one that all readers take for the same."""
        if is_sound(text, self.environment.backend):
            return None
        return mend(text, self.words, types(), self.existing().type)

    def _add(self, name: str, field: forms.Field) -> None:
        field.show_hidden_initial = self.stored is not None and name not in self.secrets
        if name in self.masked:
            field.help_text = f"{UNCHANGED} {field.help_text}".strip()
            field.widget.attrs["placeholder"] = "unchanged"
        self.fields[name] = field

    def _exemplified(self, field: Known) -> Known:
        shown = example(self.connection_type.conn_type, field.name, field.placeholder)
        return replace(field, placeholder=shown)

    def _has(self, name: str) -> bool:
        is_given = name in self.data if self.is_bound else bool(self.initial.get(name))
        return is_given or name in self.masked

    def _name_the_type(self) -> None:
        field = self.fields["conn_type"]
        field.widget = TypeInput(self.connection_type, types())
        field.show_hidden_initial = self.stored is not None
        field.widget.is_required = False

    def _suggest_an_id(self) -> None:
        field = self.fields["conn_id"]
        usual = self.connection_type.default_id
        field.widget.attrs["placeholder"] = usual or f"my_{self.connection_type.conn_type or 'connection'}"
        meaning = f" An operator that is given none takes {usual}." if usual else ""
        field.help_text = f"Tasks ask for it by this name.{meaning}"

    @property
    def _sends_headers(self) -> bool:
        return self.connection_type.conn_type in HEADERS

    def _tell_of_headers(self) -> None:
        """Whoever has a token and no login would look for its place in vain."""
        field = self.fields["extra"]
        field.help_text = "A JSON object. A token goes here: the hook sends a key that it doesn't know as a header."
        field.widget.attrs["placeholder"] = '{"Authorization": "Bearer …"}'

    def _extras(self) -> tuple[list[BoundField], list[BoundField], list[BoundField]]:
        """The extra's fields: those that say where to connect, the others that most people fill, and the rest.

        A type without a host keeps the place in its extra, and a form asks for the place first.
        """
        own = {EXTRA + extra.name: extra for extra in self.connection_type.extra_fields}
        chosen = any(extra.first for extra in own.values())
        first = [
            name for name, extra in own.items() if extra.required or (extra.first if chosen else not extra.offered)
        ]
        where = [name for name in first if "host" not in self.fields and name not in self.secrets]
        how = [name for name in first if name not in where]
        rest = [name for name in own if name not in first]
        return [self[name] for name in where], [self[name] for name in how], [self[name] for name in rest]

    def _folded(self, title: str, fields: list[BoundField], *, is_open: bool = False) -> Section:
        """Folded away unless there is something in it, or most people have to find it."""
        is_used = any(one.errors or self.masked_in(one.name) or one.value() not in (None, "", "auto") for one in fields)
        return Section(tuple(fields), title, is_open or is_used, entry="fields")
