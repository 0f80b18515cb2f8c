"""The form of a connection: the fields of its type, or a text that was pasted, end in a text that reads back whole."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from connections import catalog, filling
from connections.beginning import is_sound, proposed, readable, seems_sound, trouble_with
from connections.connection import Connection, Encoded, NotRepresentable, changed_fields
from connections.connection_type import TYPE
from connections.fields import json_object, merged, name_in_a_page
from connections.guarding import (
    changed_unseen,
    elsewhere,
    has_room,
    kept_unseen,
    refusal,
    too_much,
)
from connections.layout import lay_out, masked_names, standard_fields
from connections.mixing import mixed
from connections.pasting import Pasted, UnreadablePaste, paste
from connections.preview import preview_of, said_before, stored_as
from connections.reading import EXTRA, normal_type
from connections.shape import outline, parts, take_apart, types, ways
from connections.typed_form import IS_TYPE, TypedForm
from secretsadmin.comparing import WHOLE, Fields
from secretsadmin.form_parts import BLANK, EMPTY, MENDED, Preview, Trouble
from secretsadmin.forms import SecretForm
from secretsadmin.kinds import Note
from secretsadmin.store.writes import Draft
from secretsadmin.unseen import lines

# What is told as changed where every field stays as it was.
STORED_FORM = "how it is stored"
# What a form holds that isn't of the value.
_BESIDE_THE_VALUE = ("description", "reason", "version", "begins", "secret", "crlf")


class ConnectionForm(TypedForm):
    """What was typed or pasted, checked, and laid over the connection that is there."""

    def clean_conn_type(self) -> str:
        return normal_type(self.cleaned_data["conn_type"])

    def clean_extra(self) -> dict[str, Any]:
        text = self.cleaned_data["extra"]
        try:
            return json_object(text) if text.strip() else {}
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_secret(self) -> Pasted | None:
        """What a page doesn't show isn't meant: a paste that was left for the fields, whatever is still in its box."""
        is_left = self.data.get("entry") == "fields" and self.data.get("fill") != "paste"
        text = "" if is_left else self.cleaned_data["secret"]
        try:
            return paste(text, self.words, types()) if text.strip() else None
        except UnreadablePaste as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("secret") and "secret" not in self.errors:
            if not self._keeps_value:
                self._require_type()
                self._require_fields()
            self._refuse_strays()
        elif (pasted := cleaned.get("secret")) and pasted.notes and not self.only_looks:
            self.add_error("secret", f"Fill the fields from it, and look them over. {' '.join(pasted.notes)}")
        self._refuse_contradictions()
        if not self.errors and self.stored is None and not self.only_looks:
            self.draft()
        return cleaned

    def draft(self, stored: str | None = None) -> Draft:
        """Raises ValidationError."""
        if stored and WHOLE in self.theirs:
            return Draft(stored, self.existing().type)
        if stored is not None and self._keeps_value:
            return Draft(stored, self.existing().type)
        before = self._before(stored)
        after = self._connection_over(stored)
        if before:
            after = mixed(after, before, self.theirs)
        fields = self._changed(before, after)
        if before and not self.may_learn:
            self._require_unseen(before, fields)
            self._require_room(before, after, fields, self.says_anew)
        if stored and not fields and self.theirs:
            # Another spelling of theirs is no reason for a version of mine.
            return Draft(stored, self._tag(after))
        encoded = self.encoded(after)
        if stored and not fields and encoded.text != stored and self._restores_agreement(stored, encoded):
            fields = (STORED_FORM,)
        holds = changed_fields(None, after)
        return Draft(encoded.text, self._tag(after), fields, form=encoded.form, holds=holds)

    def _changed(self, before: Connection | None, after: Connection) -> tuple[str, ...]:
        """What a save changes; for whoever may not see it all, no look at what is masked decides."""
        if before is None or self.may_learn:
            return changed_fields(before, after)
        return changed_unseen(before, after, self.says_anew)

    @staticmethod
    def _tag(connection: Connection) -> str:
        return connection.conn_type if TYPE.fullmatch(connection.conn_type) else ""

    def laid_over(self, stored: str) -> str:
        if self._keeps_value:
            return stored
        before = self._before(stored)
        after = self._connection_over(stored)
        if before and not self.may_learn:
            changed = changed_unseen(before, after, self.retypes)
            self._require_room(before, after, changed, self.retypes)
        return self.encoded(after).text

    def _before(self, stored: str | None) -> Connection | None:
        """What the input goes on from; a proposal counts for whoever may see all of the text."""
        if not stored:
            return None
        return self.begun_with(stored) if self.may_learn else readable(stored, self.environment.backend)

    def _connection_over(self, stored: str | None) -> Connection:
        before = self._before(stored)
        return self.connection(before, is_lost=bool(stored) and before is None)

    def parts(self, before: str, after: str) -> tuple[Fields, Fields]:
        take_apart = parts if self.may_learn else outline
        return take_apart(before, after, self.environment.backend)

    def ways(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        return tuple(map(self.as_told, ways(texts, self.environment.backend)))

    def retypes(self, part: str) -> bool:
        # Of a text that can't be taken apart, the input keeps nothing.
        is_all = part == WHOLE or bool(self.cleaned_data.get("secret"))
        return is_all or part in self._said or name_in_a_page(part) in self._gone

    def leaves_alone(self, part: str) -> bool:
        before = self.data.get(self.add_initial_prefix(part)) if part in self.fields else None
        return before is not None and lines(before) == lines(self.data.get(part, ""))

    @cached_property
    def _said(self) -> frozenset[str]:
        """The fields that the input types, by their very names: what a page calls alike may be two keys.

        Asked for each key of an extra, which can have thousands, and so found once; the input was checked by then.
        """
        typed = {name for name, value in self.cleaned_data.items() if value}
        return frozenset({*typed, *(EXTRA + key for key in self.cleaned_data.get("extra") or ())})

    def _require_unseen(self, before: Connection, changed: Collection[str]) -> None:
        """Raises ValidationError for what is stored, masked and kept, while other fields change."""
        one = catalog.get(before.conn_type, types())
        masked = masked_names(lay_out(before, one), one)
        named = {name for name in masked if self.says_anew(name)}
        kept = kept_unseen(before, one, changed, named)
        if kept:
            fields = (name if name in self.fields else "extra" for name in kept)
            where = elsewhere(before, one, changed) or changed
            raise ValidationError(dict.fromkeys(fields, refusal(kept, where)))

    def _require_room(
        self,
        before: Connection,
        after: Connection,
        changed: Collection[str],
        is_typed: Callable[[str], bool],
    ) -> None:
        """Raises ValidationError where so much is typed that all of it may not fit beside what is kept unseen."""
        one = catalog.get(before.conn_type, types())
        kept = [name for name in masked_names(lay_out(before, one), one) if not is_typed(name)]
        if changed and kept and not has_room(after, kept):
            typed = [name for name in self.fields if name in self._said]
            longest = max(typed, key=lambda name: len(self.data.get(name, "")), default=NON_FIELD_ERRORS)
            raise ValidationError({longest: too_much(kept)})

    @property
    def trouble(self) -> Trouble | None:
        if self.is_bound or not self.stored_text:
            return super().trouble
        if self.beginning == MENDED and (found := self.mend(self.stored_text)):
            return proposed(found)
        opened = take_apart(self.stored_text, self.environment.backend)
        told = opened if self.may_learn else opened.outline
        offered = self.mend(self.stored_text) if self.may_learn else None
        return trouble_with(self.stored_text, told, readable(self.stored_text, self.environment.backend), offered)

    def proposal(self) -> Preview | None:
        if self.beginning != MENDED or not self.stored_text or not (found := self.mend(self.stored_text)):
            return None
        encoded = found.connection.encode(extra_conn_words=self.words)
        return stored_as(found.connection, encoded, take_apart(encoded.text, self.environment.backend))

    def preview(self) -> Preview:
        self.is_valid()
        if self.wrong or "conn_type" not in self.cleaned_data:
            return Preview(notes=said_before(self))
        try:
            connection = self.connection()
            return preview_of(self, connection, self.encoded(connection))
        except ValidationError as error:
            self.adopt(error)
            return Preview(notes=said_before(self))

    @property
    def wants_filling(self) -> bool:
        """Whoever names another type wants its fields, whichever button they press."""
        return super().wants_filling or bool(self.data.get("new_type", "").strip())

    def filled(self) -> SecretForm:
        self.is_valid()
        if self.too_long:
            return self
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
            IS_TYPE(named)
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
        has_password = self.cleaned_data.get("password") or "password" in self.cleared
        if is_lost and "password" in self.fields and not has_password:
            message = "What is stored can't be read, so its password can't be kept: type it again, or clear it."
            raise ValidationError({"password": message})
        base = before or Connection()
        gone = self._gone
        kept = {key: value for key, value in base.extra.items() if name_in_a_page(EXTRA + key) not in gone}
        return replace(base, **self._standard(), extra=self.extra_on(kept))

    @cached_property
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
            backend = self.environment.backend
            return connection.encode(
                self.cleaned_data["form"] or "auto",
                extra_conn_words=backend.extra_conn_words,
                release=backend.airflow,
            )
        except NotRepresentable as error:
            field = "secret" if self.cleaned_data.get("secret") else error.field
            raise ValidationError({field: str(error)} if field in self.fields else str(error)) from None

    @property
    def _keeps_value(self) -> bool:
        """Whether a form that began empty says nothing of the value, so that this stays as it is."""
        if self.beginning not in (BLANK, EMPTY) or self.cleared or self.cleaned_data.get("secret"):
            return False
        return all(self._is_as_begun(name) for name in self.fields if name not in _BESIDE_THE_VALUE)

    def _is_as_begun(self, name: str) -> bool:
        begun = self.data.get(self.add_initial_prefix(name)) or self.fields[name].initial or ""
        return lines(self.data.get(name) or begun) == lines(begun)

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

    def _refuse_contradictions(self) -> None:
        """Whoever gives a value and wants it cleared wants one of the two, and nobody can tell which."""
        pasted: Pasted | None = self.cleaned_data.get("secret")
        given = changed_fields(None, pasted.connection) if pasted else self._said
        for name in sorted(self.cleared & frozenset(map(name_in_a_page, given))):
            field = name if name in self.fields else "extra"
            ticked = self.masked_in(field).get(name, "Clear it")
            message = f"There is a value for {name.removeprefix(EXTRA)}, and “{ticked}” is ticked. Do one of the two."
            self.add_error("secret" if pasted else field, message)

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
        """Whether saving the same fields anew changes something after all.

        That is the form, or what one reader reads: of what is masked, for whoever may see it.
        """
        was_json = stored.strip().startswith("{")
        asked = self.cleaned_data["form"] in ("uri", "json") and (encoded.form == "json") != was_json
        is_settled = is_sound if self.may_learn else seems_sound
        return asked or not is_settled(stored, self.environment.backend)
