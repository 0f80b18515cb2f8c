"""Hostile connections and texts, the same ones for the same seed."""

import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from connections.value.connection import Connection
from tests.conformance.traps import TRAPS

# fmt: off
WORDS = (
    "login", "user", "username", "user_name", "password", "pass", "key", "host", "remote_host",
    "server", "port", "database", "schema", "conn_type", "conn_id", "connection_type", "engine",
    "extra", "description", "dbname", "Host", "user-name",
)
PIECES = (
    *"abcXYZ019",
    *":/?#[]@!$&'()*+,;=%-._~ \t\n\r\x00\x1f\x7f\x85\u00a0\u2028\ufeff",
    *"üßİıǅ℀\uff21\uff41Ω日本😀\U0010ffff",
    "://", "%41", "%2F", "%25", "%zz", "__extra__", "null", "true", "{", "}", '"', "\\",
)
TYPES = (
    "postgres", "postgresql", "mysql", "google_cloud_platform", "aws", "http", "s3.v+2", "a",
    "Upper", "2fa", "_x", "my-type", "a b", "a/b", "ü", "x://y", "{x", "",
)
ODD = (None, True, False, 0, -1, 1.0, 0.1, 1e300, float("nan"), float("inf"))
LOOKALIKES = ("1", "true", "null", "NaN", "[]", "{}", '"x"', "1.0")
# fmt: on


def text(source: random.Random, longest: int = 8) -> str:
    return "".join(source.choice(PIECES) for _ in range(source.randint(0, longest)))


def scalar(source: random.Random) -> Any:
    number = source.randint(-(10**20), 10**20)
    return source.choice((text(source), number, source.choice(ODD), source.choice(LOOKALIKES)))


def value(source: random.Random, depth: int = 3) -> Any:
    kind = source.random()
    if depth == 0 or kind < 0.7:
        return scalar(source)
    if kind < 0.85:
        return [value(source, depth - 1) for _ in range(source.randint(0, 3))]
    return {text(source, 3): value(source, depth - 1) for _ in range(source.randint(0, 3))}


def extra(source: random.Random) -> dict[str, Any]:
    make: Callable[[random.Random], Any] = source.choice((text, value))
    count = source.choice((0, 0, 1, 2, 3))
    return {
        source.choice(("a", "timeout", "__extra__", text(source, 3))): make(source)
        for _ in range(count)
    }


def connection(source: random.Random) -> Connection:
    """Any fields, without regard to whether a form carries them."""
    return Connection(
        conn_type=source.choice(TYPES),
        host=source.choice(
            ("", "Host", "h.de", text(source), text(source), f"https://{text(source)}")
        ),
        login=source.choice(("", "login", text(source), text(source))),
        password=source.choice(("", text(source), text(source))),
        schema=source.choice(("", "Schema", text(source), text(source))),
        port=source.choice((None, None, 0, 1, 5432, 65_535)),
        extra=extra(source),
    )


def secret_text(source: random.Random) -> str:
    return source.choice(
        (uri, uri, mutated_uri, mutated_trap, json_object, json_object, text_alone)
    )(source)


def text_alone(source: random.Random) -> str:
    return text(source, 20)


def uri(source: random.Random) -> str:
    """Well-formed but for the parts that happen not to be encoded."""

    def part() -> str:
        raw = text(source, 5)
        return raw if source.random() < 0.15 else quote(raw, safe="")

    pieces = [f"{source.choice(TYPES).replace('_', source.choice('_---'))}://"]
    pieces += [
        source.choice(("", "", "https://")),
        source.choice(("", f"{part()}@", f"{part()}:{part()}@")),
    ]
    pieces += [
        source.choice(("", "Host", part())),
        source.choice(("", ":1", ":0", ":65536", f":{part()}")),
    ]
    pieces += [source.choice(("", "/", f"/{part()}")), source.choice(("", f"?{query(source)}"))]
    return "".join(pieces)


def query(source: random.Random) -> str:
    if source.random() < 0.3:
        return urlencode({"__extra__": json.dumps(value(source))})
    return urlencode(
        {
            name: one if isinstance(one, str) else json.dumps(one)
            for name, one in extra(source).items()
        }
    )


def mutated_uri(source: random.Random) -> str:
    return mutated(source, uri(source))


def mutated_trap(source: random.Random) -> str:
    """Long traps are about their length, which a mutation doesn't change."""
    return mutated(source, source.choice([trap for trap in TRAPS.values() if len(trap) < 500]))


def mutated(source: random.Random, original: str) -> str:
    changed = original
    for _ in range(source.randint(1, 3)):
        at, piece = source.randint(0, len(changed)), source.choice(PIECES)
        changed = changed[:at] + piece + changed[at + source.randint(0, 2) :]
    return changed


def json_object(source: random.Random) -> str:
    """Alias keys in any order, and now and then a value of another type."""
    stored: dict[str, Any] = {}
    for word in source.sample(WORDS, source.randint(0, 8)):
        stored[word] = json_value(source, word)
    return json.dumps(stored, ensure_ascii=source.random() < 0.5)


def json_value(source: random.Random, word: str) -> Any:
    if source.random() < 0.05:
        return value(source)
    if source.random() < 0.1:
        return None
    if word == "port":
        return source.choice((5432, "5432", 0, "0", "", 5432.7, True, -1, 70_000, " 1 ", "x"))
    if word == "extra":
        stored = extra(source)
        return stored if source.random() < 0.5 else json.dumps(stored)
    return source.choice(TYPES) if word in ("conn_type", "conn_id") else text(source)


def conn_words(source: random.Random) -> dict[str, list[str]]:
    """Mostly none, as in most configurations."""
    if source.random() < 0.8:
        return {}
    fields = ("user", "login", "password", "host", "port", "schema", "conn_type", "extra")
    return {
        field: source.sample(WORDS, source.randint(0, 2))
        for field in source.sample(fields, source.randint(1, 3))
    }
