"""What somebody guesses at: a masked part of a connection, or a variable."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from connections.value.connection import Connection, NotRepresentable, format_of
from variables.variable import Variable

line = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30
)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | line,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(line, inner, max_size=3),
    max_leaves=5,
)


@dataclass(frozen=True)
class Case:
    """A guess as it is typed, what is stored where it is right, and where it is wrong."""

    kind: str
    typed: dict[str, str]
    right: str
    wrong: str
    conn_type: str = ""


def _connection(part: str, value: Any) -> Connection:
    """A connection that is masked in two parts, one of which somebody guesses at."""
    extra: dict[str, Any] = {"sslmode": "require", "own": "kept"}
    if part in ("password", "paste"):
        return Connection("postgres", "h", "u", value, "s", 5432, extra)
    if part == "host":
        return Connection("http", f"https://u:{value}@h", "u", "kept", extra={"own": "kept"})
    if part == "key":
        return Connection(
            "snowflake", login="u", password="kept", extra={"private_key_content": value}
        )
    return Connection("postgres", "h", "u", "kept", extra=extra | {"guessed": value})


def _typed(part: str, value: Any) -> dict[str, str]:
    if part == "password":
        return {"password": value}
    if part == "paste":
        return {"secret": _connection(part, value).to_json(), "entry": "paste"}
    if part == "host":
        return {"host": f"https://u:{value}@h", "password": "typed", "extra": '{"own": "typed"}'}
    if part == "key":
        return {"extra.private_key_content": value}
    return {"extra": json.dumps({"guessed": value})}


@st.composite
def connections(draw: Callable[..., Any]) -> Case:
    part = draw(st.sampled_from(["password", "paste", "host", "key", "extra"]))
    values: st.SearchStrategy[Any] = st.integers(1000, 9999).map(str) | line
    if part == "host":
        values = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
    if part == "extra":
        values = json_value.filter(lambda value: value not in (None, ""))
    guess, other = draw(values), draw(values)
    assume(json.dumps(guess) != json.dumps(other))
    format_ = draw(st.sampled_from(["auto", "uri", "json"]))
    try:
        right, wrong = (_connection(part, value).encode(format_).text for value in (guess, other))
    except NotRepresentable:
        assume(False)
    # The page tells in what format it is stored.
    assume(format_of(right) == format_of(wrong))
    typed = _typed(part, guess) | {"format": draw(st.sampled_from(["auto", "uri", "json"]))}
    return Case("connections", typed, right, wrong, _connection(part, guess).conn_type)


@st.composite
def variables(draw: Callable[..., Any]) -> Case:
    texts = draw(
        st.sampled_from(
            [
                line,
                st.lists(line, min_size=2, max_size=6).map("\n".join),
                st.dictionaries(line, json_value, min_size=1, max_size=4).map(json.dumps),
            ]
        )
    )
    ends = st.sampled_from(["", "\n", "  "])
    guess, other = (draw(texts) + draw(ends) for _ in range(2))
    # The page tells what sort of text it is.
    assume(guess != other and _sort(guess) == _sort(other))
    kind = draw(st.sampled_from(["variables", "config"]))
    return Case(kind, {"value": guess, "confirm": "on"}, guess, other)


def _sort(text: str) -> tuple[bool, bool]:
    variable = Variable(text)
    return variable.is_json, variable.json_problem is None
