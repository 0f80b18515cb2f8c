"""What a stored text seems to mean that Airflow can't read, or that isn't written as a connection.

A mend is a proposal: somebody looks it over and saves it, or doesn't. It holds what is stored, so
it is for people who may see all of that. A text that can be meant in two ways is left alone.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from connections.pasting import UnreadablePaste, paste
from connections.pasting.nearly_json import strict
from connections.pasting.pasted import Terms
from connections.providers.catalogue import Types
from connections.value.clarity import has_certain_keys, is_clear
from connections.value.connection import Connection
from connections.value.errors import NotRepresentable, UnreadableSecret
from connections.value.stored_json import ConnWords
from secretsadmin.kinds import MAX_BYTES
from secretsadmin.texts import hides

# What comes along with a copied text, and isn't white space.
AROUND = "\ufeff\u200b\u200e\u200f\u2060"
_QUOTES = "'\"`"
_VARIABLE = re.compile(r"(?:export[ \t]+)?AIRFLOW_CONN_\w+[ \t]*=[ \t]*(?=[^ \t])", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][\w.+-]{0,99})(://?|//)(.*)", re.DOTALL)
_PROTOCOL = re.compile(r"https?://")
_HOST = re.compile(r"(?:\[[^][]*\]|[^\s:/?#@[\]]*)(?::\d{1,5})?")
_IN_NO_ADDRESS = re.compile(r"[\s=]")
_IN_AN_ADDRESS = re.compile("[.:@/]")
_BEHIND_HOST = re.compile("[/?#]")
# What ends a login or a password for a parser of URLs, where it isn't percent-encoded.
_RAW = re.compile(r"[/?#[\]]")
_MOST_PLACES = 5


@dataclass(frozen=True)
class Mend:
    """A connection, and how the text was taken for it.

    `place` is the character at which Airflow goes astray, counted from 1.
    """

    connection: Connection = field(repr=False)
    steps: tuple[str, ...]
    place: int | None = None


@dataclass(frozen=True)
class _Text:
    """A text without what stood around it, which began at this character of the whole."""

    text: str = field(repr=False)
    begin: int
    steps: tuple[str, ...]


def mend(text: str, words: ConnWords | None, types: Types, conn_type: str = "") -> Mend | None:
    """The surest meaning of a text that can be stored, or None. Never raises.

    `words` are the environment's extra_conn_words. `conn_type` is what is noted of the secret's
    type, for a text that names none.
    """
    if len(text) > MAX_BYTES:
        return None
    terms = Terms(words, types)
    bare = _bare(text)
    for candidate in _candidates(bare, terms, conn_type):
        if _can_be_stored(candidate.connection, words):
            place = candidate.place
            if place is not None:
                place += bare.begin
            return Mend(candidate.connection, (*bare.steps, *candidate.steps), place)
    return None


def _bare(text: str) -> _Text:
    bare = text.strip().strip(AROUND).strip()
    steps = []
    if bare != text.strip():
        steps.append(f"What stands around it was left out: it {hides(text)}.")
    if variable := _VARIABLE.match(bare):
        bare = bare[variable.end() :]
        steps.append("The name of the variable in front was left out.")
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in _QUOTES:
        bare = bare[1:-1]
        steps.append("The quotation marks around it were left out.")
    return _Text(bare, text.find(bare), tuple(steps))


def _candidates(bare: _Text, terms: Terms, conn_type: str) -> Iterator[Mend]:
    """The surest first."""
    nearly = strict(bare.text)
    if nearly:
        pasted = _pasted(nearly.text, terms)
        if pasted:
            yield Mend(pasted.connection, (*nearly.steps, *pasted.steps), nearly.place)
    pasted = _pasted(bare.text, terms)
    if pasted:
        yield pasted
    uri = _uri(bare.text, terms, conn_type)
    if uri:
        yield uri


def _can_be_stored(connection: Connection, words: ConnWords | None) -> bool:
    with suppress(NotRepresentable):
        return bool(connection.encode(extra_conn_words=words))
    return False


def _pasted(text: str, terms: Terms) -> Mend | None:
    """What people can paste, such as a JDBC URL or the line of an environment file."""
    with suppress(UnreadablePaste):
        pasted = paste(text, terms.words, terms.types)
        if _is_airflows(text, terms):
            return Mend(pasted.connection, pasted.notes)
        return Mend(pasted.connection, (f"It was read as {pasted.source}.", *pasted.notes))
    return None


def _is_airflows(text: str, terms: Terms) -> bool:
    with suppress(UnreadableSecret):
        return bool(Connection.from_secret(text, extra_conn_words=terms.words)) and is_clear(text)
    return False


# --- URIs ---


def _uri(bare: str, terms: Terms, conn_type: str) -> Mend | None:
    scheme_and_rest = _scheme(bare, terms, conn_type)
    if scheme_and_rest is None:
        return None
    scheme, rest, step = scheme_and_rest
    match = _PROTOCOL.match(rest)
    protocol = match[0] if match else ""
    userinfo, tail = _parts(rest.removeprefix(protocol))
    if not _begins_with_host(tail) or not has_certain_keys(tail):
        return None
    begin = len(bare) - len(rest) + len(protocol)
    places = [begin + raw.start() + 1 for raw in _RAW.finditer(userinfo)]
    place = None
    steps = []
    if step:
        steps.append(step)
    if places:
        place = places[0]
        steps.append(f"{_listed(places)} is a part of the login or the password, not its end.")
    kept = tail.replace("#", "%23").replace("@", "%40").replace("://", "%3A%2F%2F")
    if kept != tail:
        steps.append("A #, @ or :// behind the host belongs to the value in which it stands.")
    prefix = "//"
    if scheme:
        prefix = f"{scheme.replace('_', '-')}://"
    text = f"{prefix}{protocol}{_credentials(userinfo)}{kept}"
    with suppress(UnreadableSecret):
        connection = Connection.from_secret(text, extra_conn_words=terms.words)
        return Mend(connection, tuple(steps), place)
    return None


def _scheme(bare: str, terms: Terms, conn_type: str) -> tuple[str, str, str] | None:
    """The type that a URI begins with, what stands behind it, and how the type was found."""
    match = _SCHEME.fullmatch(bare)
    if match and match[2] == "://":
        step = ""
        if "_" in match[1]:
            step = "A _ in the type was taken for the - that stands for it in a URI."
        return match[1], match[3], step
    if match and terms.type_of(match[1]) in terms.types:
        return match[1], match[3], f"The {match[2]} behind the type was taken for ://."
    return _without_scheme(bare, conn_type)


def _without_scheme(bare: str, conn_type: str) -> tuple[str, str, str] | None:
    """The same for a text that begins with no type."""
    rest = bare.removeprefix(":").removeprefix("//")
    if "://" in rest or _IN_NO_ADDRESS.search(rest):
        return None
    if not _IN_AN_ADDRESS.search(rest):
        return None
    if not conn_type:
        return "", rest, "It names no type: choose one."
    step = f"It names no type, so that was taken which is noted of the secret: {conn_type}."
    return conn_type, rest, step


def _parts(rest: str) -> tuple[str, str]:
    """Login and password as they are written, and what stands behind their @.

    That is the last @ that isn't in a query.
    """
    path, mark, query = rest.partition("?")
    before, at, after = path.rpartition("@")
    if at and _begins_with_host(after):
        return before, f"{after}{mark}{query}"
    before, at, after = rest.rpartition("@")
    if not at:
        return "", rest
    behind_host = _BEHIND_HOST.search(rest)
    if behind_host and _is_host_and_port(rest[: behind_host.start()]):
        return "", rest
    return before, after


def _begins_with_host(text: str) -> bool:
    return _HOST.fullmatch(_BEHIND_HOST.split(text)[0]) is not None


def _is_host_and_port(text: str) -> bool:
    _, colon, port = text.partition(":")
    return not colon or port.isdecimal()


def _credentials(userinfo: str) -> str:
    if not userinfo:
        return ""
    login, colon, password = userinfo.partition(":")
    return f"{_quoted(login)}{colon}{_quoted(password)}@"


def _quoted(text: str) -> str:
    return quote(unquote(text), safe="")


def _listed(places: list[int]) -> str:
    if len(places) == 1:
        return f"What stands at character {places[0]}"
    names = [str(place) for place in places[:_MOST_PLACES]]
    more = len(places) - _MOST_PLACES
    if more > 0:
        last = f"{more} more"
    else:
        last = names.pop()
    return f"What stands at characters {', '.join(names)} and {last}"
