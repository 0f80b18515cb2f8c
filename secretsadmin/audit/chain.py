"""Each line of the audit log is sealed together with the line before it.

A seal is an HMAC-SHA-256, by a key outside the database, over the line's columns and the seal
before it. So nobody without the key can change, insert, remove or reorder lines unnoticed, but for
the last ones: those show against a checkpoint that is kept elsewhere. See docs/operations.md.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DataError, OperationalError, connection
from django.utils import timezone

from secretsadmin.audit.models import Event

# The columns that a seal covers, in their order in the canonical form.
COLUMNS = (
    *("id", "act", "outcome", "begins", "at", "user", "address", "environment", "kind"),
    *("secret", "action", "reason", "fields", "version", "previous", "format", "holds"),
    *("refusal", "request_id", "error", "correlation", "count", "details", "key"),
)
JSON_COLUMNS = frozenset({"fields", "holds", "details"})
# What a first line has in place of a seal before it.
NOTHING = ""
# Any number: on PostgreSQL those who append queue for the lock that has it.
_LOCK = 0x5EC4E75
_KEY_ID_LENGTH = 8

# Nothing in a line contains itself, so nobody has to look for that.
_encode = json.JSONEncoder(check_circular=False).encode

Key = bytes
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Head:
    """The last line: its number, which is 0 where there is none, and its seal."""

    number: int
    mac: str


@dataclass(frozen=True)
class KeyRing:
    """The keys that have sealed lines, by their ids; new lines are sealed by the current one."""

    current: str
    by_id: Mapping[str, Key]


def keys() -> KeyRing:
    """AUDIT_KEY, and the keys before it that AUDIT_KEYS_BEFORE names."""
    return _keys(settings.AUDIT_KEY, tuple(settings.AUDIT_KEYS_BEFORE))


@lru_cache(maxsize=8)
def _keys(current: str, before: tuple[str, ...]) -> KeyRing:
    by_id = {key_id(key.encode()): key.encode() for key in (*before, current)}
    return KeyRing(key_id(current.encode()), by_id)


def key_id(key: Key) -> str:
    """A name for the key, which tells nothing about it."""
    return sign(key, "key id", "secretsadmin")[:_KEY_ID_LENGTH]


def sign(key: Key, purpose: str, text: str) -> str:
    """A signature for another purpose than a line's seal; the purpose keeps the two apart."""
    return hmac.digest(key, f"{purpose}\n{text}".encode("utf-8", "surrogatepass"), "sha256").hex()


def seal(key: Key, previous: str, line: Sequence[Any]) -> str:
    """The seal of a line in canonical form, which follows the line with the seal `previous`."""
    return hmac.digest(key, _encode([previous, *line]).encode(), "sha256").hex()


def append(*events: Event) -> None:
    """Number, date, seal and insert the lines, in a transaction of the caller's."""
    take_turn()
    last = head()
    ring = keys()
    for event in events:
        event.id = last.number + 1
        event.at = timezone.now()
        event.key = ring.current
        event.mac = seal(ring.by_id[ring.current], last.mac, canonical(event))
        last = Head(event.id, event.mac)
    # Others wait for this transaction, so many lines take one statement.
    Event.objects.bulk_create(events)


def head() -> Head:
    """The last line as it stands in the database."""
    last = Event.objects.order_by("-id").values_list("id", "mac").first()
    if last is None:
        return Head(0, NOTHING)
    return Head(*last)


def first() -> int | None:
    """The number of the first line that is there; None where there is none."""
    return Event.objects.order_by("id").values_list("id", flat=True).first()


def take_turn() -> None:
    """Let nobody else append before this transaction ends.

    On SQLite the transaction itself does: it takes the database's write lock when it begins.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def canonical(event: Event) -> list[Any]:
    """The line in its canonical form: numbers, texts and null, alike on every database."""
    line: list[Any] = []
    for name in COLUMNS:
        line.append(_canonical(name, getattr(event, name)))
    return line


def _canonical(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in JSON_COLUMNS:
        return json.dumps(value, sort_keys=True)
    if name == "act":
        return value.hex
    if name == "at":
        return _text_of(value)
    if name == "begins":
        return int(value)
    return value


def _text_of(moment: datetime) -> str:
    """A time as SQLite holds it."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))


# The columns as each database gives them in canonical form, or nearly so.
_SELECTED: dict[str, dict[str, str]] = {
    # Without the plus, which changes nothing, Django would read these types into objects.
    "sqlite": {"begins": "+begins", "at": '+"at"'},
    "postgresql": {
        "begins": "begins::int",
        "act": "replace(act::text, '-', '')",
        "at": "\"at\" AT TIME ZONE 'UTC'",
        "address": "host(address)",
    },
}
_NAMES_IN_DATABASE = {"format": "form"}
BATCH = 5_000
# Less than any number that a database can hold.
LEAST = -(2**63)


def rows(after: int = LEAST) -> Iterator[Row]:
    """The lines after this number, in order: their columns in canonical form, then their seals.

    Lines that somebody numbered with anything else than the next number are among them.
    """
    selected = _SELECTED[connection.vendor]
    columns = []
    for name in (*COLUMNS, "mac"):
        columns.append(selected.get(name, f'"{_NAMES_IN_DATABASE.get(name, name)}"'))
    query = (
        f"SELECT {', '.join(columns)} FROM audit_event WHERE id > %s "  # noqa: S608 - names of our own.
        "ORDER BY id LIMIT %s"
    )
    size = BATCH
    while True:
        try:
            batch = _fetch(query, after, size)
        except (DataError, OperationalError):
            if size == 1:
                raise
            # Somebody may have written what can't be read. The lines before it are read singly.
            size = 1
            continue
        yield from batch
        if len(batch) < size:
            return
        after = batch[-1][0]


def _fetch(query: str, after: int, size: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, [after, size])
        batch: list[Row] = cursor.fetchall()
    if connection.vendor == "postgresql":
        return [_from_postgresql(row) for row in batch]
    return batch


_TIME = COLUMNS.index("at")
_JSON = tuple(COLUMNS.index(name) for name in sorted(JSON_COLUMNS))


def _from_postgresql(row: Iterable[Any]) -> Row:
    columns = list(row)
    columns[_TIME] = str(columns[_TIME])
    for place in _JSON:
        if columns[place] is not None:
            columns[place] = _canonical_json(columns[place])
    return tuple(columns)


# Most lines name the same fields as others.
@lru_cache(maxsize=4_096)
def _canonical_json(text: str) -> str:
    """PostgreSQL keeps JSON in an order and a spelling of its own."""
    return json.dumps(json.loads(text), sort_keys=True)
