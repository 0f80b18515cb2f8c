"""The form of a connection: the fields of its type, or a text that was pasted, end in a text that reads back whole."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict

from connections import catalog, filling
from connections.connection import (
    Connection,
    Encoded,
    NotRepresentable,
    Reader,
    UnreadableSecret,
    changed_fields,
    differing_fields,
    is_clear,
)
from connections.connection_type import TYPE, ConnectionType
from connections.fields import is_json, json_object, lines, merged, name_in_a_page
from connections.form_fields import Box, TypeInput, extra_field, standard_field
from connections.guarding import kept_unseen, refusal
from connections.hints import HEADERS
from connections.layout import lay_out, masked_names, pretty, standard_fields, unseen
from connections.pasting import MOST_CHARACTERS, Pasted, UnreadablePaste, paste
from connections.preview import preview_of
from connections.reading import EXTRA, normal_type
from connections.shape import types
from secretsadmin.forms import Preview, SecretForm, Section
from secretsadmin.kinds import Note
from secretsadmin.store.writes import Draft

FORMS = (("auto", "Whichever fits"), ("uri", "URI"), ("json", "JSON"))
UNCHANGED = "Unchanged unless you type."
_TYPE = RegexValidator(
    rf"\A{TYPE.pattern}\Z", "A connection type is made of at most 100 letters, digits and _ . + - alone."
)


class Names(forms.Field):
    """Names of fields that the page sends along, as hidden inputs."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)


class ConnectionForm(SecretForm):
    id_field = "conn_id"
    revealed = "extra"

    conn_id = forms.CharField(
        label="Connection id",
        max_length=250,
        widget=forms.TextInput(attrs={"class": "id", "autocomplete": "off"}),
    )
    conn_type = forms.CharField(label="Connection type", required=False, validators=[_TYPE])
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
            self._add(each.name, standard_field(each, masked=each.name in self.secrets))
        for extra in self.connection_type.extra_fields:
            name = EXTRA + extra.name
            self._add(name, extra_field(extra, masked=name in self.secrets))
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

    def masked_in(self, name: str) -> Mapping[str, str]:
        if name != "extra":
            return {name: "Clear it"} if name in self.masked else {}
        others = sorted(each for each in self.masked if each not in self.fields)
        return {each: f"Remove {each.removeprefix(EXTRA)}" for each in others}

    def initial_values(self) -> dict[str, Any]:
        stored = self._connection(self.stored_text)
        if stored is None:
            return {"conn_type": normal_type(self.asked.get("conn_type", "")), "conn_id": self.asked.get("conn_id", "")}
        one = catalog.get(stored.conn_type, types())
        layout = lay_out(stored, one)
        plain = {name: text for name, text in layout.texts.items() if name not in layout.masked}
        shown = {key: value for key, value in unseen(layout, one).items() if is_json(value)} if self.reveal else {}
        extra = {"extra": pretty(shown), "shown_extras": list(shown)} if self.reveal else {}
        masked = [name for name in masked_names(layout, one) if name not in {EXTRA + key for key in shown}]
        return {"conn_type": stored.conn_type, **plain, **extra, "stored_masked": masked}

    def clean_conn_type(self) -> str:
        return normal_type(self.cleaned_data["conn_type"])

    def clean_extra(self) -> dict[str, Any]:
        text = self.cleaned_data["extra"]
        if len(text) > MOST_CHARACTERS:
            raise ValidationError("This is longer than any connection can be.")
        try:
            return json_object(text) if text.strip() else {}
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_secret(self) -> Pasted | None:
        text = self.cleaned_data["secret"]
        try:
            return paste(text, self.words) if text.strip() else None
        except UnreadablePaste as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("secret") and "secret" not in self.errors:
            self._require_type()
            self._require_fields()
            self._refuse_strays()
        elif (pasted := cleaned.get("secret")) and pasted.notes and not self.only_looks:
            self.add_error("secret", f"Fill the fields from it, and look them over. {' '.join(pasted.notes)}")
        if not self.errors and self.stored is None and not self.only_looks:
            self.draft()
        return cleaned

    def draft(self, stored: str | None = None) -> Draft:
        """Raises ValidationError."""
        before = self._connection(stored)
        after = self.connection(before, is_lost=bool(stored) and before is None)
        encoded = self.encoded(after)
        fields = changed_fields(before, after)
        if before and not self.may_reveal and not self.cleaned_data.get("secret"):
            self._require_unseen(before, fields)
        if stored and not fields and encoded.text != stored and self._restores_agreement(stored, encoded):
            fields = ("form",)
        kind = after.conn_type if TYPE.fullmatch(after.conn_type) else ""
        return Draft(encoded.text, kind, fields)

    def _require_unseen(self, before: Connection, changed: Collection[str]) -> None:
        """Raises ValidationError for what is stored, masked and kept, while other fields change."""
        typed = {name for name, value in self.cleaned_data.items() if value}
        extras = (EXTRA + key for key in self.cleaned_data["extra"])
        one = catalog.get(before.conn_type, types())
        kept = kept_unseen(before, one, changed, {*typed, *extras, *self._gone})
        if kept:
            fields = (name if name in self.fields else "extra" for name in kept)
            raise ValidationError(dict.fromkeys(fields, refusal(kept, changed)))

    def preview(self) -> Preview:
        return preview_of(self)

    @property
    def wants_filling(self) -> bool:
        """Whoever names another type wants its fields, whichever button they press."""
        return super().wants_filling or bool(self.data.get("new_type", "").strip())

    def filled(self) -> SecretForm:
        self.is_valid()
        if pasted := self.cleaned_data.get("secret"):
            if unfit := filling.unfit(pasted.connection):
                message = f"No field takes a line break or NUL, as in the {unfit}. Save what you pasted as it is."
                return self.adopt(ValidationError({"secret": message}))
            one, notes = catalog.get(pasted.connection.conn_type, types()), tuple(map(Note, pasted.notes))
            return self._again(filling.pasted_into(self.data, pasted, one), notes=notes)
        return self._of_another_type() if self.data.get("new_type", "").strip() else self

    def _of_another_type(self) -> SecretForm:
        named = str(self.data["new_type"]).strip()
        try:
            _TYPE(named)
        except ValidationError as error:
            return self.adopt(ValidationError({"conn_type": error.messages}))
        if any(name.startswith("extra") for name in self.errors):
            return self.adopt(ValidationError({"conn_type": "Mend what is marked first; then its type can change."}))
        new = catalog.get(named, types())
        data, left_out = filling.for_type(self.data, self.extra_on({}), self.connection_type, new)
        secret = f"{new.name} has no field for these secrets, so they were left out: {', '.join(left_out)}."
        return self._again(data, notes=(Note(secret),) if left_out else ())

    def _again(self, data: QueryDict, notes: tuple[Note, ...] = ()) -> SecretForm:
        form = type(self)(data, environment=self.environment, kind=self.kind, stored=self.stored)
        form.notes = notes
        return form

    def connection(self, before: Connection | None = None, *, is_lost: bool = False) -> Connection:
        """What the input makes of the connection that is there. Raises ValidationError where that can't be read."""
        pasted: Pasted | None = self.cleaned_data.get("secret")
        if pasted:
            return pasted.connection
        if is_lost and not (self.cleaned_data.get("password") or "password" in self.cleared):
            message = "What is stored can't be read, so its password can't be kept: type it again, or clear it."
            raise ValidationError({"password": message})
        base = before or Connection()
        gone = self._gone
        kept = {key: value for key, value in base.extra.items() if name_in_a_page(EXTRA + key) not in gone}
        return replace(base, **self._standard(), extra=self.extra_on(kept))

    @property
    def _gone(self) -> frozenset[str]:
        """What is taken out unless it is typed anew: what was cleared, and the keys that the page showed."""
        return frozenset(
            map(name_in_a_page, (*self.cleared, *(EXTRA + key for key in self.data.getlist("shown_extras"))))
        )

    def extra_on(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored extra with what was typed into this form."""
        return merged(stored, self.connection_type.extra_fields, self._typed(), self.cleaned_data["extra"])

    def encoded(self, connection: Connection) -> Encoded:
        """Raises ValidationError with the field that no text can carry."""
        try:
            return connection.encode(self.cleaned_data["form"] or "auto", extra_conn_words=self.words)
        except NotRepresentable as error:
            field = "secret" if self.cleaned_data.get("secret") else error.field
            raise ValidationError({field: str(error)} if field in self.fields else str(error)) from None

    def _add(self, name: str, field: forms.Field) -> None:
        field.show_hidden_initial = self.stored is not None and name not in self.secrets
        if name in self.masked:
            field.help_text = f"{UNCHANGED} {field.help_text}".strip()
            field.widget.attrs["placeholder"] = "unchanged"
        self.fields[name] = field

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
        field.help_text = "A JSON object. A key that the hook doesn't know is sent as a header, as a token's is."
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

    def _require_type(self) -> None:
        speaks_of_it = self.stored is None or self.was_sent("conn_type")
        if not self.cleaned_data.get("conn_type") and speaks_of_it and "conn_type" not in self.errors:
            self.add_error("conn_type", ValidationError("Say what it connects to, such as postgres.", "required"))

    def _require_fields(self) -> None:
        others = self.cleaned_data.get("extra") or {}
        for extra in self.connection_type.extra_fields:
            name = EXTRA + extra.name
            speaks_of_it = self.stored is None or (self.was_sent(name) and not self._was_empty(name))
            is_there = self.cleaned_data.get(name) or name in self.masked - self.cleared or extra.name in others
            if extra.required and speaks_of_it and not is_there and name not in self.errors:
                self.add_error(name, ValidationError(f"{self.connection_type.name} needs this.", "required"))

    def _was_empty(self, name: str) -> bool:
        """Whether the form was opened on a connection that does without this field; then it may go on so."""
        return self.data.get(self.add_initial_prefix(name)) == ""

    def _refuse_strays(self) -> None:
        """No input is dropped without a word: neither another type's, nor one of two for the same key."""
        strays = [name for name in self.data if name.startswith(EXTRA) and name not in self.fields and self.data[name]]
        if strays:
            self.add_error(
                "conn_type", f"{self.connection_type.name} has no field for {len(strays)} of those that were sent."
            )
        typed = self._typed()
        twice = [key for key, value in (self.cleaned_data.get("extra") or {}).items() if value and typed.get(key)]
        if twice:
            self.add_error("extra", f"Leave out what has a field of its own: {', '.join(twice)}.")

    def _standard(self) -> dict[str, Any]:
        """The standard fields that the input speaks of; an empty one that is masked says nothing."""
        sent = {"conn_type": self.cleaned_data["conn_type"]} if self.was_sent("conn_type") else {}
        for each in standard_fields(self.connection_type):
            typed = self.cleaned_data.get(each.name)
            is_said = typed not in (None, "") or each.name not in self.secrets
            if each.name in self.fields and self.was_sent(each.name) and is_said:
                sent[each.name] = typed
            elif each.name in self.cleared:
                sent[each.name] = None
        return sent

    def _typed(self) -> dict[str, str]:
        """The texts of the extra's fields that say something, with the line ends that a dropped file had."""
        crlf = self.data.getlist("crlf")
        return {
            name.removeprefix(EXTRA): lines(text).replace("\n", "\r\n") if name in crlf else lines(text)
            for name, text in self.cleaned_data.items()
            if name.startswith(EXTRA) and self.was_sent(name) and (text or name not in self.secrets)
        }

    def _restores_agreement(self, stored: str, encoded: Encoded) -> bool:
        """Whether saving the same fields anew changes something after all: the form, or what one reader reads."""
        was_json = stored.strip().startswith("{")
        asked = self.cleaned_data["form"] in ("uri", "json") and (encoded.form == "json") != was_json
        try:
            readers = [Connection.from_secret(stored, reader=r, extra_conn_words=self.words) for r in Reader]
        except UnreadableSecret:
            return True
        return asked or bool(differing_fields(*readers))

    def _connection(self, text: str | None) -> Connection | None:
        """What is stored, if it can be read and it is certain which part of it is the password."""
        try:
            return Connection.from_secret(text, extra_conn_words=self.words) if text and is_clear(text) else None
        except UnreadableSecret:
            return None
