"""Reads the current values of many secrets, for what compares, checks or exports them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from secretsadmin.audit.recording import Act, Actor, recording_many
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BINARY
from secretsadmin.store import aws
from secretsadmin.store.errors import NotFound, NoValue, StoreError
from secretsadmin.store.reads import Value, nothing_sent
from secretsadmin.texts import is_unicode

# So many secrets BatchGetSecretValue takes in one call.
AT_ONCE = 20

# Adds to a secret's record what its text is, without quoting it, or what kept it from being read.
Note = Callable[[Ref, Act, str], None]
NoteError = Callable[[Ref, Act, StoreError], None]


def note_code(_: Ref, act: Act, error: StoreError) -> None:
    act.error = error.code


def read_many(
    refs: Sequence[Ref],
    verb: str,
    *,
    actor: Actor,
    note: Note,
    note_error: NoteError = note_code,
    reason: str = "",
) -> Iterator[tuple[Ref, Value | StoreError]]:
    """The current values of secrets of one environment, a call for each 20 of them.

    A record of each secret is begun before its call, and ended after it. A secret whose value can't
    be read has an error in place of it: NotFound, NoValue, ScheduledForDeletion, KeyUnavailable,
    NotAllowed. Raises InvalidId, KindDisabled, NotRecorded, and any StoreError that concerns all
    secrets of a call.
    """
    for start in range(0, len(refs), AT_ONCE):
        some = refs[start : start + AT_ONCE]
        yield from zip(some, _read(some, verb, actor, (note, note_error), reason), strict=True)


@aws.deadline()
def _read(
    refs: Sequence[Ref],
    verb: str,
    actor: Actor,
    notes: tuple[Note, NoteError],
    reason: str,
) -> list[Value | StoreError]:
    """The values of these secrets, in their order."""
    names = [ref.name for ref in refs]
    client = aws.client(refs[0].environment)
    with recording_many(refs, verb, actor=actor, reason=reason) as acts:
        answer = aws.call(client.batch_get_secret_value, SecretIdList=names)
        by_name = _by_name(answer)
        # AWS leaves out none, but something on the way may.
        values = [by_name.get(name, NotFound("NotAnswered")) for name in names]
        for ref, act, value in zip(refs, acts, values, strict=True):
            act.request_id = aws.request_id(answer)
            with nothing_sent():
                _note(ref, act, value, notes)
    return values


def _note(ref: Ref, act: Act, value: Value | StoreError, notes: tuple[Note, NoteError]) -> None:
    note, note_error = notes
    if isinstance(value, StoreError):
        # The act has failed, whatever else is noted of it.
        note_code(ref, act, value)
        note_error(ref, act, value)
        return
    act.version = value.version
    note(ref, act, value.text)


def _by_name(answer: Mapping[str, Any]) -> dict[str, Value | StoreError]:
    values: dict[str, Value | StoreError] = {}
    for entry in answer.get("SecretValues", ()):
        values[entry["Name"]] = _value(entry)
    for entry in answer.get("Errors", ()):
        values[entry.get("SecretId", "")] = aws.translate_entry("BatchGetSecretValue", entry)
    return values


def _value(entry: Mapping[str, Any]) -> Value | StoreError:
    text = entry.get("SecretString")
    # A value with half of a surrogate pair is no text, so it counts as binary.
    if text is None or not is_unicode(text):
        return NoValue(BINARY)
    return Value(text, entry["VersionId"])
