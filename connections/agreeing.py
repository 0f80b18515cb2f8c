"""What all who read a text make of it, told once for those who agree."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connections.connection import FIELDS, Connection, UnreadableSecret
from connections.readers import Who, everybody
from connections.reading import ConnWords, Parsed, parse
from secretsadmin.backend import BackendConfig

Made = Connection | UnreadableSecret


@dataclass(frozen=True)
class Reading:
    """What some of them make of it: a connection, or why it is none for them."""

    who: tuple[Who, ...]
    made: Made


@dataclass(frozen=True)
class Readings:
    """What each of them makes of it, in the order of their releases."""

    made: Mapping[Who, Made]

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Those together who make the same of it; the newest tasks come first, as hooks see what these read."""
        texts = {id(made): _text_of(made) for made in self._each}
        groups: dict[str, list[Who]] = {}
        for who in reversed(list(self.made)):
            groups.setdefault(texts[id(self.made[who])], []).insert(0, who)
        return tuple(Reading(tuple(some), self.made[some[-1]]) for some in groups.values())

    @property
    def _each(self) -> list[Made]:
        """Every object once: many share one."""
        return list({id(made): made for made in self.made.values()}.values())

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        return tuple(each.made for each in self.readings if isinstance(each.made, Connection))

    @property
    def best(self) -> Connection | None:
        """What hooks see, or where the newest tasks can't read it, what somebody else does."""
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


def readings_of(text: str, everybody: Iterable[Who], extra_conn_words: ConnWords | None = None) -> Readings:
    """Never raises. `everybody` is as readers.everybody gives them, the newest tasks last."""
    among = tuple(everybody)
    try:
        parsed = parse(text, extra_conn_words)
    except UnreadableSecret as error:
        return Readings(dict.fromkeys(among, error))
    # A text is read once by each set of rules.
    made = {rules: _made(parsed, who) for rules, who in {parsed.rules_of(who.reader): who for who in among}.items()}
    return Readings({who: made[parsed.rules_of(who.reader)] for who in among})


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
