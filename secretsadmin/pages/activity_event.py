"""The full record of one act: all of its lines, with every column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.audit.acts import OUR_ERRORS, text_of
from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import lines_of
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import BY_NAME, TROUBLES
from secretsadmin.pages.activity import AuditRow, rows_of
from secretsadmin.pages.activity_filter import filtered_url, person_url
from secretsadmin.pages.readable import scope_of
from secretsadmin.store import errors
from secretsadmin.templatetags.secretsadmin import visible

# What AWS's commonest error codes mean. Those that are ours are names of errors.
_OF_AWS: Mapping[str, type[errors.StoreError]] = {
    "ResourceNotFoundException": errors.NotFound,
    "ResourceExistsException": errors.NameTaken,
    "AccessDenied": errors.NotAllowed,
    "AccessDeniedException": errors.NotAllowed,
    "DecryptionFailure": errors.KeyUnavailable,
    "ThrottlingException": errors.Throttled,
    "LimitExceededException": errors.TooManyVersions,
}


@dataclass(frozen=True)
class Column:
    """One column of a line: its label, and what it holds, in words where that is a code."""

    label: str
    value: str
    words: str = ""


@dataclass(frozen=True)
class ShownLine:
    """A line of the record."""

    number: int
    outcome: str
    at: datetime
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class EventPage:
    """An act in a sentence, its lines, and the ways to what belongs to it."""

    row: AuditRow
    lines: tuple[ShownLine, ...]

    @property
    def id(self) -> str:
        return str(self.row.act.start.act)

    @property
    def sentence(self) -> SafeString:
        return self.row.sentence

    @property
    def kind(self) -> str:
        """What it was done to."""
        kind = BY_NAME.get(self.row.act.kind)
        if kind is None:
            return "secret"
        return kind.singular

    @property
    def secret_url(self) -> str:
        return self.row.act.url

    @property
    def person_url(self) -> str:
        if not self.row.act.person:
            return ""
        return person_url(self.row.act.person)

    @property
    def request_url(self) -> str:
        return self.row.request_url

    @property
    def of_secret_url(self) -> str:
        """All that was done to the secret."""
        act = self.row.act
        if not act.id or not act.kind:
            return ""
        return filtered_url({"environment": act.environment, "kind": act.kind, "secret": act.id})


def event_page(request: Request, environments: list[Environment], id_: UUID) -> EventPage | None:
    """The record of an act; None if there is none that the person may read."""
    scope = scope_of(request, environments)
    lines = lines_of(id_, scope)
    if not lines:
        return None
    [act] = scope.told(lines[:1])
    [row] = rows_of([act], environments)
    return EventPage(row, tuple(_shown(line) for line in lines))


def _shown(line: Event) -> ShownLine:
    columns = []
    for label, value in _columns(line):
        if value not in (None, "", [], {}):
            words = error_in_words(line.error) if label == "Error" else ""
            columns.append(Column(label, visible(text_of(value)), words))
    return ShownLine(line.pk, line.outcome, line.at, tuple(columns))


def _columns(line: Event) -> list[tuple[str, object]]:
    """Every column of a line, with a label."""
    return [
        ("Action", line.action),
        ("Person", line.user),
        ("From", line.address),
        ("Environment", line.environment),
        ("Kind", line.kind),
        ("Id", line.secret),
        ("Reason", line.reason),
        ("Fields", line.fields),
        ("Version", line.version),
        ("Version before", line.previous),
        ("Format", TROUBLES.get(line.format or "", line.format)),
        ("Filled fields", line.holds),
        ("Error", line.error),
        ("Refusal of its minute", line.refusal),
        ("How often", line.count),
        *sorted((line.details or {}).items()),
        ("AWS request", line.request_id),
        ("Request", line.correlation),
        ("Key", line.key),
        ("Seal", line.mac),
    ]


def error_in_words(code: str) -> str:
    """An error in words, if it is one of which we know what it means."""
    if code in OUR_ERRORS:
        return OUR_ERRORS[code]
    error = _OF_AWS.get(code) or getattr(errors, code, None)
    sentence = getattr(error, "sentence", "")
    return str(sentence)
