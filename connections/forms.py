"""The form of a connection: its fields, or a text that was pasted, end in a secret's text that reads back whole."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict

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
from connections.reading import normal_type
from connections.shape import LABELS, PLAIN, open_text, text_of, types
from secretsadmin.forms import Preview, SecretForm, SuggestingInput
from secretsadmin.kinds import Field, Note
from secretsadmin.store.writes import Draft

FORMS = (("auto", "Whichever fits"), ("uri", "URI"), ("json", "JSON"))
UNCHANGED = "Unchanged unless you type."
_TYPE = RegexValidator(r"\A[A-Za-z0-9_.+-]+\Z", "A connection type is made of letters, digits and _ . + - alone.")
_MASK = "zzMASKEDzz"
_BULLETS = "••••••"
_UNTOUCHED = Connection()
_LABELS = LABELS | {"extra": "Extra"}


class ConnectionForm(SecretForm):
    id_field = "conn_id"
    revealed = "extra"
    always_shown = ("conn_id", "team", "description", "reason")

    conn_id = forms.CharField(
        label="Connection id",
        max_length=250,
        help_text="Tasks ask for it by this name.",
        widget=forms.TextInput(attrs={"class": "w3", "placeholder": "analytics_postgres", "autocomplete": "off"}),
    )
    conn_type = forms.CharField(
        label="Connection type",
        required=False,
        max_length=100,
        validators=[_TYPE],
        help_text="Airflow's word for what it connects to.",
        # Browsers that obey autocomplete="off" would show no suggestions either.
        widget=SuggestingInput(
            {},
            attrs={"class": "w3 needed", "placeholder": "postgres", "autocomplete": "on"},
        ),
    )
    host = forms.CharField(
        required=False, strip=False, widget=forms.TextInput(attrs={"class": "w4", "placeholder": "db.example.com"})
    )
    port = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=65_535,
        error_messages={"invalid": "A port is a whole number, such as 5432."},
        widget=forms.TextInput(attrs={"class": "w2", "inputmode": "numeric", "placeholder": "5432"}),
    )
    schema = forms.CharField(
        required=False,
        strip=False,
        help_text="For most databases, the database's name.",
        widget=forms.TextInput(attrs={"class": "w2", "placeholder": "analytics"}),
    )
    login = forms.CharField(
        required=False, strip=False, widget=forms.TextInput(attrs={"class": "w3", "autocomplete": "off"})
    )
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"class": "w3", "autocomplete": "new-password"}),
    )
    clear_password = forms.BooleanField(
        required=False, label="Clear the password", widget=forms.CheckboxInput(attrs={"class": "w3 under"})
    )
    extra = forms.CharField(
        required=False,
        strip=False,
        help_text="A JSON object of what else the hook reads.",
        widget=forms.Textarea(attrs={"class": "w4", "rows": 2, "placeholder": '{"sslmode": "require"}'}),
    )
    clear_extra = forms.BooleanField(
        required=False, label="Clear the extra", widget=forms.CheckboxInput(attrs={"class": "w4 under"})
    )
    secret = forms.CharField(
        required=False,
        strip=False,
        label="Paste a URI or JSON",
        help_text="What is pasted here counts instead of the fields.",
        widget=forms.Textarea(
            attrs={
                "class": "needed",
                "rows": 3,
                "placeholder": "postgres://login:password@host:5432/schema",
            }
        ),
    )
    form = forms.ChoiceField(required=False, choices=FORMS, initial="auto", label="Stored as", widget=forms.RadioSelect)

    field_order = (
        *("conn_id", "conn_type", "team", "host", "port", "login", "password", "clear_password"),
        *("schema", "extra", "clear_extra", "secret", "form", "description", "reason"),
    )

    def shape(self) -> None:
        super().shape()
        suggested = self.fields["conn_type"].widget
        suggested.suggestions = {name: known.name for name, known in types().items()}
        if self.stored is None:
            del self.fields["clear_password"], self.fields["clear_extra"]
            return
        for name in PLAIN:
            self.fields[name].show_hidden_initial = True
        self.fields["conn_type"].widget.attrs["class"] = "needed"
        self.fields["password"].help_text = UNCHANGED
        self.fields["extra"].help_text = f"{UNCHANGED} {self._stored_keys()}"

    def initial_values(self) -> dict[str, Any]:
        stored = self._connection(self.stored_text)
        if stored is None:
            return {}
        extra = json.dumps(stored.extra, indent=2, ensure_ascii=False) if self.reveal and stored.extra else ""
        return {name: getattr(stored, name) for name in PLAIN} | {"extra": extra}

    def clean_conn_type(self) -> str:
        return normal_type(self.cleaned_data["conn_type"])

    def clean_extra(self) -> dict[str, Any] | None:
        return _object(self.cleaned_data["extra"]) if self.cleaned_data["extra"].strip() else None

    def clean_secret(self) -> Connection | None:
        text = self.cleaned_data["secret"].strip()
        return _readable(text, self._words()) if text else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        speaks_of_type = self.stored is None or self.was_sent("conn_type")
        is_judged = "secret" in self.errors or "conn_type" in self.errors
        if not cleaned.get("secret") and not cleaned.get("conn_type") and speaks_of_type and not is_judged:
            self.add_error("conn_type", ValidationError("Say what it connects to, such as postgres.", "required"))
        if not self.errors and self.stored is None:
            self.draft()
        return cleaned

    def filled(self) -> SecretForm:
        self.is_valid()
        pasted = self.cleaned_data.get("secret")
        if not isinstance(pasted, Connection):
            return self
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name in (*PLAIN, "password"):
            data[name] = str(getattr(pasted, name) or "")
        data["extra"] = json.dumps(pasted.extra, indent=2, ensure_ascii=False) if pasted.extra else ""
        data["secret"], data["entry"] = "", "fields"
        return type(self)(data, environment=self.environment, kind=self.kind, stored=self.stored)

    def draft(self, stored: str | None = None) -> Draft:
        """Raises ValidationError."""
        before = self._connection(stored)
        after = self._after(before, is_lost=bool(stored) and before is None)
        encoded = self._encode(after)
        fields = changed_fields(before, after)
        if stored and not fields and encoded.text != stored and self._restores_agreement(stored, encoded):
            fields = ("form",)
        kind = after.conn_type if re.fullmatch(r"[\w.+-]{1,100}", after.conn_type, re.ASCII) else ""
        return Draft(encoded.text, kind, fields)

    def preview(self) -> Preview:
        self.is_valid()
        if self.wrong or "conn_type" not in self.cleaned_data:
            return Preview(errors=self.wrong, notes=self.missing)
        try:
            connection = self._after(None)
            encoded = self._encode(connection)
        except ValidationError as error:
            return Preview(errors=tuple(error.messages))
        opened = open_text(encoded.text, self._words())
        notes = (*self.missing, *opened.notes, *self._notes())
        if kept := self._kept_as_stored():
            readings = tuple(replace(reading, fields=(*reading.fields, *kept)) for reading in opened.readings)
            return Preview(readings=readings, changes=tuple(self._changes()), notes=notes)
        return Preview(
            readings=opened.readings,
            changes=tuple(self._changes()),
            masked_text=_masked(connection, encoded),
            form=encoded.form.upper(),
            size=len(encoded.text.encode()),
            reason=encoded.reason,
            notes=notes,
        )

    def _kept_as_stored(self) -> tuple[Field, ...]:
        """The secret fields that a save would leave alone, so that a preview knows nothing of them."""
        if self.stored is None or self.cleaned_data.get("secret"):
            return ()
        kept = [name for name in ("password", "extra") if self._kept(name, _UNTOUCHED) is getattr(_UNTOUCHED, name)]
        return tuple(Field(name, name, "as stored", masked=False) for name in kept)

    def _changes(self) -> Iterator[Field]:
        """What differs from the form that was opened, which tells its plain fields along."""
        for name in PLAIN:
            before, after = self.data.get(self.add_initial_prefix(name)), text_of(self.cleaned_data.get(name))
            if before is not None and before != after:
                yield Field(name, _LABELS[name], f"{before or 'none'} → {after or 'none'}", masked=False)
        for name in ("password", "extra") if self.stored else ():
            if self.cleaned_data.get(f"clear_{name}"):
                yield Field(name, _LABELS[name], "cleared", masked=False)
            elif typed := self.cleaned_data[name]:
                yield Field(name, _LABELS[name], typed if name == "password" else json.dumps(typed))

    def _after(self, before: Connection | None, *, is_lost: bool = False) -> Connection:
        """The connection that the input makes of the one that is there."""
        data = self.cleaned_data
        if data.get("secret"):
            return data["secret"]  # type: ignore[no-any-return]
        if is_lost and not (data["password"] or data.get("clear_password")):
            message = "What is stored can't be read, so its password can't be kept: type it again, or clear it."
            raise ValidationError({"password": message})
        sent = {name: data[name] for name in PLAIN if self.was_sent(name)}
        base = before or Connection()
        return replace(base, **sent, password=self._kept("password", base), extra=self._kept("extra", base) or {})

    def _kept(self, name: str, base: Connection) -> Any:
        if self.cleaned_data.get(f"clear_{name}"):
            return None
        typed = self.cleaned_data[name]
        return getattr(base, name) if typed in (None, "") else typed

    def _encode(self, connection: Connection) -> Encoded:
        try:
            return connection.encode(self.cleaned_data["form"] or "auto", extra_conn_words=self._words())
        except NotRepresentable as error:
            pasted = bool(self.cleaned_data.get("secret"))
            raise ValidationError({"secret" if pasted else error.field: str(error)}) from None

    def _restores_agreement(self, stored: str, encoded: Encoded) -> bool:
        """Whether saving the same fields anew changes something after all: the form, or what one reader reads."""
        was_json = stored.strip().startswith("{")
        asked = self.cleaned_data["form"] in ("uri", "json") and (encoded.form == "json") != was_json
        try:
            readers = [Connection.from_secret(stored, reader=r, extra_conn_words=self._words()) for r in Reader]
        except UnreadableSecret:
            return True
        return asked or bool(differing_fields(*readers))

    def _connection(self, text: str | None) -> Connection | None:
        """What is stored, if it can be read and it is certain which part of it is the password."""
        try:
            return Connection.from_secret(text, extra_conn_words=self._words()) if text and is_clear(text) else None
        except UnreadableSecret:
            return None

    def _stored_keys(self) -> str:
        stored = self._connection(self.stored_text)
        return f"Stored now: {', '.join(stored.extra)}." if stored and stored.extra else ""

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        conn_id = self.cleaned_data.get("conn_id")
        if conn_id and not self.environment.backend.is_looked_up("connections", conn_id):
            notes.append(Note("This environment's lookup pattern excludes the id, so Airflow would never ask for it."))
        return tuple(notes)

    def _words(self) -> Any:
        return self.environment.backend.extra_conn_words


def _object(text: str) -> dict[str, Any]:
    """Raises ValidationError, which tells where the JSON breaks off and quotes nothing."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValidationError(f"This is no JSON: it breaks off at line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        message = "This is no JSON that can be stored: a key stands twice, a number is none, or it is nested too deep."
        raise ValidationError(message) from None
    if not isinstance(value, dict):
        raise ValidationError('Write a JSON object, such as {"sslmode": "require"}.')
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_constant(_: str) -> None:
    raise ValueError


def _readable(text: str, words: Any) -> Connection:
    for reader in Reader:
        try:
            found = Connection.from_secret(text, reader=reader, extra_conn_words=words)
        except UnreadableSecret as error:
            raise ValidationError(f"Airflow can't read this. {error}") from None
    if not found.conn_type:
        raise ValidationError("This has no connection type. A URI begins with it, as in postgres://host.")
    if not is_clear(text):
        raise ValidationError("There is an @ behind the host. Write %2F for / in a password, and %40 for @ elsewhere.")
    return found


def _masked(connection: Connection, encoded: Encoded) -> str:
    """The stored text with bullets for its password and for every value in its extra."""
    extra = dict.fromkeys(connection.extra, _MASK)
    shown = replace(connection, password=_MASK if connection.password else "", extra=extra)
    try:
        return shown.encode(encoded.form).text.replace(_MASK, _BULLETS)
    except NotRepresentable:
        return _BULLETS
