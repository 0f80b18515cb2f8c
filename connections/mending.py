"""What a stored text seems to mean that Airflow can't read, or that isn't written as a connection is.

A mend is a proposal: somebody looks it over and saves it, or doesn't. It holds what is stored, so it is for whoever may
see all of that. A text that can be meant in two ways is left alone.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from connections.catalog import Types
from connections.clarity import has_certain_keys, is_clear
from connections.connection import MAX_BYTES, Connection, NotRepresentable, UnreadableSecret
from connections.nearly_json import strict
from connections.pasting import UnreadablePaste, paste
from connections.pasting.pasted import Terms
from connections.reading import ConnWords
from secretsadmin.unseen import hides

# What comes along with a copied text, and isn't white space.
_AROUND = "\ufeff\u200b\u200e\u200f\u2060"
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
    """A connection, and how the text was taken for it. `place` is the character at which Airflow goes astray."""

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
    """`conn_type` is what is noted of the secret's type, for a text that names none. Never raises."""
    if len(text) > MAX_BYTES:
        return None
    terms = Terms(words, types)
    bare = _bare(text)
    found = (each for each in _candidates(bare, terms, conn_type) if _can_be_stored(each.connection, words))
    first = next(found, None)
    if first is None:
        return None
    place = None if first.place is None else bare.begin + first.place
    return Mend(first.connection, (*bare.steps, *first.steps), place)


def _bare(text: str) -> _Text:
    bare = text.strip().strip(_AROUND).strip()
    steps = [f"What stands around it was left out: it {hides(text)}."] if bare != text.strip() else []
    if match := _VARIABLE.match(bare):
        bare = bare[match.end() :]
        steps.append("The name of the variable in front was left out.")
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"`":
        bare = bare[1:-1]
        steps.append("The quotation marks around it were left out.")
    return _Text(bare, text.find(bare), tuple(steps))


def _candidates(bare: _Text, terms: Terms, conn_type: str) -> Iterator[Mend]:
    """The surest first."""
    if (nearly := strict(bare.text)) and (found := _pasted(nearly.text, terms)):
        yield Mend(found.connection, (*nearly.steps, *found.steps), nearly.place)
    if found := _pasted(bare.text, terms):
        yield found
    if found := _uri(bare.text, terms, conn_type):
        yield found


def _can_be_stored(connection: Connection, words: ConnWords | None) -> bool:
    with suppress(NotRepresentable):
        return bool(connection.encode(extra_conn_words=words))
    return False


def _pasted(text: str, terms: Terms) -> Mend | None:
    """Another form in which people have a connection, such as a JDBC URL or the line of an environment file."""
    with suppress(UnreadablePaste):
        pasted = paste(text, terms.words, terms.types)
        source = () if _is_airflows(text, terms) else (f"It was read as {pasted.source}.",)
        return Mend(pasted.connection, (*source, *pasted.notes))
    return None


def _is_airflows(text: str, terms: Terms) -> bool:
    with suppress(UnreadableSecret):
        return bool(Connection.from_secret(text, extra_conn_words=terms.words)) and is_clear(text)
    return False


# --- URIs ---


def _uri(bare: str, terms: Terms, conn_type: str) -> Mend | None:
    found = _scheme(bare, terms, conn_type)
    if found is None:
        return None
    scheme, rest, steps = found
    protocol = match[0] if (match := _PROTOCOL.match(rest)) else ""
    userinfo, tail = _parts(rest.removeprefix(protocol))
    if not _HOST.fullmatch(_BEHIND_HOST.split(tail)[0]) or not has_certain_keys(tail):
        return None
    begin = len(bare) - len(rest) + len(protocol)
    places = [begin + raw.start() + 1 for raw in _RAW.finditer(userinfo)]
    if places:
        steps = (*steps, f"{_listed(places)} is a part of the login or the password, not its end.")
    kept = tail.replace("#", "%23").replace("@", "%40").replace("://", "%3A%2F%2F")
    if kept != tail:
        steps = (*steps, "A #, @ or :// behind the host belongs to the value in which it stands.")
    begun = f"{scheme.replace('_', '-')}://" if scheme else "//"
    with suppress(UnreadableSecret):
        text = f"{begun}{protocol}{_credentials(userinfo)}{kept}"
        return Mend(Connection.from_secret(text, extra_conn_words=terms.words), steps, places[0] if places else None)
    return None


def _scheme(bare: str, terms: Terms, conn_type: str) -> tuple[str, str, tuple[str, ...]] | None:
    """The type that a URI begins with, what stands behind it, and how it was found."""
    match = _SCHEME.fullmatch(bare)
    if match and match[2] == "://":
        is_raw = "_" in match[1]
        step = ("A _ in the type was taken for the - that stands for it in a URI.",) if is_raw else ()
        return match[1], match[3], step
    if match and terms.type_of(match[1]) in terms.types:
        return match[1], match[3], (f"The {match[2]} behind the type was taken for ://.",)
    rest = bare.removeprefix(":").removeprefix("//")
    if "://" in rest or _IN_NO_ADDRESS.search(rest) or not _IN_AN_ADDRESS.search(rest):
        return None
    if conn_type:
        return conn_type, rest, (f"It names no type, so that was taken which is noted of the secret: {conn_type}.",)
    return "", rest, ("It names no type: choose one.",)


def _parts(rest: str) -> tuple[str, str]:
    """Login and password as they are written, and what stands behind their @: the last one that isn't in a query."""
    path, mark, query = rest.partition("?")
    place = _BEHIND_HOST.search(rest)
    if "@" in path and _HOST.fullmatch(_BEHIND_HOST.split(path.rpartition("@")[2])[0]):
        before, _, after = path.rpartition("@")
        return before, f"{after}{mark}{query}"
    if "@" not in rest or (place and _is_host_and_port(rest[: place.start()])):
        return "", rest
    before, _, after = rest.rpartition("@")
    return before, after


def _is_host_and_port(text: str) -> bool:
    _, colon, port = text.partition(":")
    return not colon or port.isdecimal()


def _credentials(userinfo: str) -> str:
    login, colon, password = userinfo.partition(":")
    return f"{_quoted(login)}{colon}{_quoted(password)}@" if userinfo else ""


def _quoted(text: str) -> str:
    return quote(unquote(text), safe="")


def _listed(places: list[int]) -> str:
    if len(places) == 1:
        return f"What stands at character {places[0]}"
    named = [str(place) for place in places[:_MOST_PLACES]]
    last = f"{len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else named.pop()
    return f"What stands at characters {', '.join(named)} and {last}"
