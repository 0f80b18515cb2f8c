"""What each reader makes of a text, with one reading for all who agree."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connections.value.connection import FIELDS, Connection
from connections.value.errors import UnreadableSecret
from connections.value.readers import Who, everybody
from connections.value.reading import Parsed, parse
from connections.value.stored_json import ConnWords
from secretsadmin.config.backend import BackendConfig

Made = Connection | UnreadableSecret


@dataclass(frozen=True)
class SharedReading:
    """What some of them make of it alike: a connection, or why they can't read it."""

    who: tuple[Who, ...]
    made: Made


@dataclass(frozen=True)
class Readings:
    """What each of them makes of it, in the order of their releases."""

    made: Mapping[Who, Made]

    @cached_property
    def readings(self) -> tuple[SharedReading, ...]:
        """One for all who make the same of it. The first is the newest tasks', which hooks see."""
        texts: dict[int, str] = {}
        groups: dict[str, list[Who]] = {}
        for who in reversed(list(self.made)):
            made = self.made[who]
            # Many share one object, which is written once.
            if id(made) not in texts:
                texts[id(made)] = _text_of(made)
            groups.setdefault(texts[id(made)], []).insert(0, who)
        return tuple(SharedReading(tuple(group), self.made[group[-1]]) for group in groups.values())

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        return tuple(
            reading.made for reading in self.readings if isinstance(reading.made, Connection)
        )

    @property
    def best(self) -> Connection | None:
        """What hooks see; where the newest tasks can't read it, what the next newest read."""
        return next(iter(self.connections), None)

    @property
    def agree(self) -> bool:
        return len(self.readings) == 1

    @property
    def are_sound(self) -> bool:
        """Whether all read it, and read the same."""
        return self.agree and bool(self.connections)


def readings_by(text: str, backend: BackendConfig) -> Readings:
    """What all who read in an environment make of a text. Never raises."""
    return readings_of(text, everybody(backend.airflow), backend.extra_conn_words)


def readings_of(
    text: str, everybody: Iterable[Who], extra_conn_words: ConnWords | None = None
) -> Readings:
    """What all of `everybody` make of a text. Never raises.

    `everybody` is in the order of readers.everybody: the newest tasks are last.
    """
    among = tuple(everybody)
    try:
        parsed = parse(text, extra_conn_words)
    except UnreadableSecret as error:
        return Readings(dict.fromkeys(among, error))
    made_by_rules: dict[object, Made] = {}
    made: dict[Who, Made] = {}
    for who in among:
        rules = parsed.rules_of(who.reader)
        # Each set of rules reads the text once.
        if rules not in made_by_rules:
            made_by_rules[rules] = _made(parsed, who)
        made[who] = made_by_rules[rules]
    return Readings(made)


def _made(parsed: Parsed, who: Who) -> Made:
    try:
        return Connection(**parsed.read_by(who.reader))
    except UnreadableSecret as error:
        return error


def _text_of(made: Made) -> str:
    """Connections are the same where their texts are: Python takes 1, 1.0 and True for equal."""
    if isinstance(made, UnreadableSecret):
        return f"{made.field}: {made}"
    return json.dumps({name: getattr(made, name) for name in FIELDS}, sort_keys=True)
