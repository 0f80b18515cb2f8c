"""Texts that mend a fault for certain: all readers read of them what was meant.

What was meant is what hooks read before. Of a text that Airflow takes apart wrongly, it is what the
rules for pasted texts make of it. In doubt there is no mend.
"""

from collections.abc import Callable
from contextlib import suppress

from connections.lint import faults, rules
from connections.lint.subject import Subject, subject_of
from connections.lint.texts import SCHEME_WITH_UNDERSCORE, lost_parts
from connections.pasting import mending
from connections.pasting.mending import AROUND
from connections.providers.catalogue import Types
from connections.value.agreeing import readings_of
from connections.value.clarity import is_clear
from connections.value.connection import Connection, NotRepresentable
from connections.value.readers import everybody
from secretsadmin.config.backend import BackendConfig
from secretsadmin.kinds import MAX_BYTES
from secretsadmin.rules import Rule


def mend(text: str, rule_name: str, backend: BackendConfig, types: Types) -> str | None:
    """Another text for the same connection, without the fault.

    None where there is no such fault, or no certain mend of it. Never raises.
    """
    make = _MENDS.get(rule_name)
    if make is None or len(text) > MAX_BYTES or not _breaks(text, rule_name, backend, types):
        return None
    subject = subject_of(text, backend, types)
    mended, meant = make(subject)
    if mended is None or meant is None or not _is_read_as(mended, meant, backend):
        return None
    if _breaks(mended, rule_name, backend, types):
        return None
    return mended


def _breaks(text: str, rule_name: str, backend: BackendConfig, types: Types) -> bool:
    return any(fault.rule.name == rule_name for fault in faults(text, backend, types))


def _is_read_as(text: str, meant: Connection, backend: BackendConfig) -> bool:
    """Whether all readers of all releases read the text as this connection, and it is clear."""
    readings = readings_of(text, everybody(), backend.extra_conn_words)
    return readings.are_sound and readings.best == meant and is_clear(text)


_Mended = tuple[str | None, Connection | None]


def _hyphened(subject: Subject) -> _Mended:
    match = SCHEME_WITH_UNDERSCORE.match(subject.text)
    if match is None:
        return None, None
    scheme = match[0].replace("_", "-")
    return scheme + subject.text[match.end() :], _seemingly_meant(subject)


def _uncovered(subject: Subject) -> _Mended:
    uncovered = subject.bare.lstrip(AROUND).lstrip()
    return uncovered, _seemingly_meant(subject)


def _stripped(subject: Subject) -> _Mended:
    """Not all that Python takes for white space is white space of JSON."""
    if subject.connection is None:
        return subject.bare, _seemingly_meant(subject)
    return subject.bare, _seen_by_hooks(subject)


def _encoded(subject: Subject) -> _Mended:
    """As the dashboard itself writes such a connection. It writes nothing that one reader drops."""
    meant = _seen_by_hooks(subject)
    if meant is None or any(lost_parts(subject)):
        return None, None
    backend = subject.backend
    with suppress(NotRepresentable):
        encoded = meant.encode(extra_conn_words=backend.extra_conn_words, release=backend.airflow)
        return encoded.text, meant
    return None, None


def _seemingly_meant(subject: Subject) -> Connection | None:
    words = subject.backend.extra_conn_words
    proposal = mending.mend(subject.text, words, subject.types)
    return proposal.connection if proposal else None


def _seen_by_hooks(subject: Subject) -> Connection | None:
    """What the tasks of the environment read, where all of them read the same."""
    tasks = {who: made for who, made in subject.readings.made.items() if who.process == "task"}
    newest = subject.connection
    if newest is None or not subject.is_clear:
        return None
    if all(isinstance(made, Connection) and made == newest for made in tasks.values()):
        return newest
    return None


_MENDS: dict[str, Callable[[Subject], _Mended]] = {
    rules.UNDERSCORE.name: _hyphened,
    rules.HIDDEN_BEFORE.name: _uncovered,
    rules.SPACE_AROUND.name: _stripped,
    rules.NOT_ENCODED.name: _encoded,
    rules.READS_DIFFERENTLY.name: _encoded,
}
MENDABLE: tuple[Rule, ...] = tuple(rule for rule in rules.RULES if rule.name in _MENDS)
