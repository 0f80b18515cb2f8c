"""What is wrong with a stored text as a whole: who reads it, and how it is written."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from connections.lint import rules
from connections.lint.names import listed, sentence
from connections.lint.subject import Check, Subject
from connections.pasting.mending import AROUND
from connections.value.connection import Connection, differing_among
from connections.value.dropped import counted_as_none, has_other_extra, ignored_keys
from connections.value.errors import InvalidConnectionString, UnreadableSecret
from connections.value.readers import AIRFLOW_2, names
from secretsadmin.rules import Fault, Rule

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*://")
SCHEME_WITH_UNDERSCORE = re.compile(r"\s*([A-Za-z][\w.+-]*)(?=://)", re.ASCII)
# The type and the host's own protocol, then login and password, then the host.
_AUTHORITY = re.compile(r"[^:]*://(?:https?://)?([^/?#]*)")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What the standard library takes out of a URI before it splits it.
_TAKEN_OUT = re.compile(r"[\t\r\n]")
_CONTROL = "".join(map(chr, range(33)))
_NO_CHARACTER = "\ufffd"


# --- Who reads it ---


def _unread(subject: Subject) -> Iterator[Fault]:
    rule = rules.UNREADABLE_BY_SOME if subject.connection else rules.UNREADABLE
    for reading in subject.readings.readings:
        if isinstance(reading.made, UnreadableSecret):
            who = sentence(names(reading.who, subject.release))
            yield Fault(rule, f"{who}: {reading.made.coarse}")


def _logged(subject: Subject) -> Iterator[Fault]:
    for who, made in subject.readings.made.items():
        if who.releases is AIRFLOW_2 and isinstance(made, InvalidConnectionString):
            yield Fault(
                rules.LOGGED_WHOLE,
                "Airflow 2 logs all of this URI, its password too, whenever it looks it up.",
            )
            return


def _differing(subject: Subject) -> Iterator[Fault]:
    """Without the names of fields where it isn't sure what is a key."""
    connections = subject.readings.connections
    fields = differing_among(connections[0], connections)
    if not fields:
        return
    first, others = _by_whom(subject)
    if subject.is_clear:
        told = f"{first} read these otherwise than {others} do: {listed(fields)}."
    else:
        told = f"{first} read it otherwise than {others} do."
    yield Fault(rules.READS_DIFFERENTLY, told)


def _by_whom(subject: Subject) -> tuple[str, str]:
    """Whose reading comes first, and who else reads the text, in words."""
    who = [
        reading.who for reading in subject.readings.readings if isinstance(reading.made, Connection)
    ]
    others = [one for group in who[1:] for one in group]
    return sentence(names(who[0], subject.release)), names(others, subject.release)


# --- How it is written ---


def begins_badly(subject: Subject) -> bool:
    """Whether Airflow takes it apart wrongly from its first character on."""
    return _beginning(subject) is not None


def _beginning(subject: Subject) -> Rule | None:
    # What the standard library leaves out is no beginning.
    bare = _TAKEN_OUT.sub("", subject.bare).lstrip(_CONTROL)
    if subject.is_json or not bare:
        return None
    if bare[0] in AROUND:
        return rules.HIDDEN_BEFORE
    if bare.startswith("//") or _SCHEME.match(bare):
        return None
    if SCHEME_WITH_UNDERSCORE.match(bare):
        return rules.UNDERSCORE
    return rules.NO_SCHEME


_BEGINNINGS = {
    rules.HIDDEN_BEFORE: "A character that draws nothing stands before the text.",
    rules.UNDERSCORE: "The type in front of :// is written with a _.",
    rules.NO_SCHEME: "The text begins neither with a brace nor with a type and ://.",
}


def _badly_begun(subject: Subject) -> Iterator[Fault]:
    rule = _beginning(subject)
    if rule:
        yield Fault(rule, _BEGINNINGS[rule])


def _space_around(subject: Subject) -> Iterator[Fault]:
    if not subject.bare or subject.text == subject.bare:
        return
    where = []
    if subject.text[0].isspace():
        where.append("before")
    if subject.text[-1].isspace():
        where.append("behind")
    yield Fault(rules.SPACE_AROUND, f"White space stands {' and '.join(where)} the text.")


def _unclear(subject: Subject) -> Iterator[Fault]:
    if not subject.is_clear:
        yield Fault(
            rules.UNCLEAR,
            "It isn’t written as a connection is, so a password may stand in any field.",
        )


def _not_encoded(subject: Subject) -> Iterator[Fault]:
    for told in (*lost_parts(subject), *_raw_parts(subject)):
        yield Fault(rules.NOT_ENCODED, told)


def _raw_parts(subject: Subject) -> Iterator[str]:
    """What Airflow reads as it stands, and only by luck."""
    if subject.is_json or not subject.is_clear:
        return
    if _STRAY_PERCENT.search(subject.bare):
        yield "A % stands in it without the two digits of an encoded character."
    authority = _authority(subject)
    if "@" in authority.rpartition("@")[0]:
        yield "An @ stands as it is in the login or the password."
    if re.search(r"\s", _TAKEN_OUT.sub("", authority)):
        yield "White space stands as it is before or in the host."


def lost_parts(subject: Subject) -> Iterator[str]:
    """What Airflow doesn't read of a URI: nobody can tell it from what is read."""
    if subject.is_json or not subject.is_clear:
        return
    if subject.bare.partition("#")[2]:
        yield "What stands behind a # isn’t read."
    if _TAKEN_OUT.search(subject.bare):
        yield "Line breaks and tabs in it aren’t read."
    if _holds_no_characters(subject):
        yield "Encoded bytes in it are no UTF-8, and are read as a question mark in a lozenge."


def _holds_no_characters(subject: Subject) -> bool:
    connection = subject.connection
    if connection is None or _NO_CHARACTER in unquote(subject.bare, errors="ignore"):
        return False
    texts = [connection.login, connection.password, connection.host, connection.schema]
    for key, value in connection.extra.items():
        texts += [key, value] if isinstance(value, str) else [key]
    return any(_NO_CHARACTER in text for text in texts)


def _host_case(subject: Subject) -> Iterator[Fault]:
    if subject.is_json or not subject.is_clear or subject.connection is None:
        return
    written = unquote(_authority(subject).rpartition("@")[2].partition(":")[0])
    read = subject.connection.host.rpartition("://")[2]
    if written != read and written.lower() == read.lower():
        yield Fault(rules.HOST_CASE, "The host is written with upper case, and read without.")


def _authority(subject: Subject) -> str:
    match = _AUTHORITY.match(subject.bare)
    return match[1] if match else ""


# --- What JSON holds, and which type ---


def has_another_type(subject: Subject) -> bool:
    """Whether another key of the JSON is taken for the type than conn_type, which it has, too."""
    return "conn_type" in _ignored(subject)


def _ignored(subject: Subject) -> tuple[str, ...]:
    return ignored_keys(subject.text, subject.backend.extra_conn_words)


def _dropped(subject: Subject) -> Iterator[Fault]:
    if has_another_type(subject):
        yield Fault(
            rules.OTHER_KEY_AS_TYPE,
            "conn_id, connection_type or engine stands before conn_type, and is taken for it.",
        )
    others = [key for key in _ignored(subject) if key != "conn_type"]
    if others:
        yield Fault(rules.DROPPED_KEYS, f"Airflow drops these keys of the JSON: {listed(others)}.")


def _nothing(subject: Subject) -> Iterator[Fault]:
    words = subject.backend.extra_conn_words
    for told in counted_as_none(subject.text, words):
        yield Fault(rules.COUNTS_AS_NONE, told)
    if has_other_extra(subject.text, words):
        yield Fault(rules.OTHER_EXTRA, "The extra is no JSON object.")


def _no_type(subject: Subject) -> Iterator[Fault]:
    has_type = subject.connection and subject.connection.conn_type
    is_sure = subject.is_json or subject.bare.startswith("//")
    if is_sure and not has_type:
        yield Fault(rules.NO_TYPE, "Neither the text nor a key of it names a type.")


# For any text.
CHECKS: tuple[Check, ...] = (
    _unread,
    _logged,
    _badly_begun,
    _space_around,
)
# For one that somebody reads.
CHECKS_OF_READINGS: tuple[Check, ...] = (
    _differing,
    _unclear,
    _not_encoded,
    _host_case,
    _dropped,
    _nothing,
    _no_type,
)
