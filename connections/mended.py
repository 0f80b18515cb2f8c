"""A stored connection without the faults that can be mended for certain."""

from dataclasses import dataclass

from connections import lint
from connections.form.submission import STORED_FORMAT
from connections.inspection import types
from connections.lint.mends import MENDABLE, mend
from connections.lint.rules import TYPE_TAG_MISSING, TYPE_TAG_OUTDATED
from connections.providers.types import TYPE
from connections.value.connection import Connection, UnreadableSecret, changed_fields, format_of
from secretsadmin.adapter import Mended
from secretsadmin.config.backend import BackendConfig
from secretsadmin.rules import Rule
from secretsadmin.store.writes import TYPE_FIELD, Draft

OF_TAGS = (TYPE_TAG_MISSING, TYPE_TAG_OUTDATED)
RULES = frozenset(rule.name for rule in (*MENDABLE, *OF_TAGS))


@dataclass(frozen=True)
class _Text:
    text: str
    rules: tuple[Rule, ...] = ()


def mended(text: str, backend: BackendConfig, type_tag: str) -> Mended | None:
    """What to store for it; None where nothing is to be mended, or it isn't read after that."""
    after = _mended_text(text, backend)
    try:
        connection = Connection.from_secret(after.text, extra_conn_words=backend.extra_conn_words)
    except UnreadableSecret:
        return None
    faults = lint.faults(after.text, backend, types(), type_tag)
    of_tags = tuple(fault.rule for fault in faults if fault.rule in OF_TAGS)
    broken = (*after.rules, *of_tags)
    if not broken or not TYPE.fullmatch(connection.conn_type):
        return None
    if not after.rules:
        return Mended(Draft(text, connection.conn_type), broken)
    fields = (STORED_FORMAT, TYPE_FIELD) if of_tags else (STORED_FORMAT,)
    draft = Draft(
        after.text,
        connection.conn_type,
        fields,
        format=format_of(after.text),
        holds=changed_fields(None, connection),
    )
    return Mended(draft, broken)


def _mended_text(text: str, backend: BackendConfig) -> _Text:
    after = _Text(text)
    for rule in MENDABLE:
        better = mend(after.text, rule.name, backend, types())
        if better is not None:
            after = _Text(better, (*after.rules, rule))
    return after
