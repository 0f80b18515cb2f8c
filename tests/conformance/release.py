"""Compares one installed release with our account of it: what it reads and which names it asks for.

RELEASE'S PYTHON tests/conformance/release.py WHO [--cases 600]

WHO is how a secret reaches whoever asks:

    server         the look-up of airflow.models: all of Airflow 2, and all but tasks of Airflow 3
    task           airflow.sdk's, in a task: what hooks see in Airflow 3
    api            the server's answer, handed to a task through the models of the Execution API
    cached-server  the server's from the cache that Airflow keeps while it parses DAG files
    cached-task    the task's, likewise

Nothing of Airflow is patched. It writes one line of JSON: what was counted, and the cases in which
we differ.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from inspect import signature
from typing import Any

# Airflow reads its settings when it is imported, and the cache is one of them.
os.environ["AIRFLOW__SECRETS__USE_CACHE"] = str("cached" in "".join(sys.argv[1:2]))
if "server" in "".join(sys.argv[1:2]):
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"

from tests.conformance import temporary_airflow  # noqa: F401 - Airflow reads its settings when it is imported.

os.environ["AIRFLOW__SECRETS__BACKEND"] = "tests.conformance.dictionary_backend.Backend"

# isort: split
from airflow import __version__

from connections.value.connection import (
    Connection,
    Encoded,
    NotRepresentable,
    UnreadableSecret,
    format_of,
)
from connections.value.readers import Reader
from connections.value.stored_json import values_by_field
from secretsadmin.config.backend import BackendConfig
from tests.conformance.cases import conn_words, connection, secret_text
from tests.conformance.dictionary_backend import Backend, Client
from tests.conformance.lookups import LOOK_UPS, forget, variable_of
from tests.conformance.traps import TRAPS

NAME = "airflow/connections/asked"
FORMS = ("auto", "uri", "json")
NAMES = ("conn_type", "host", "login", "password", "schema")
VARIABLES = ("", "null", " padded ", "line\n", "{", "30", "\ufeffx", "ä😀")
KWARGS: tuple[dict[str, Any], ...] = (
    {},
    {"sep": "-"},
    {"connections_prefix": "", "variables_prefix": "", "config_prefix": ""},
    {"connections_prefix": None, "variables_prefix": None, "config_prefix": None},
    {"connections_prefix": "a/b/", "variables_prefix": "v", "config_prefix": "c"},
    {
        "connections_lookup_pattern": "^my",
        "variables_lookup_pattern": "^my",
        "config_lookup_pattern": "^my",
    },
)
METHODS = {"connections": "get_conn_value", "variables": "get_variable", "config": "get_config"}
IDS = ("my_db", "MY_DB", "other", "x/y", "x.y")


def as_ours(found: Any) -> Connection:
    """Take None and an extra that is no object for nothing, and a 3.0 task's number for digits."""
    texts = {name: _text(getattr(found, name)) for name in NAMES}
    extra = found.extra_dejson
    return Connection(**texts, port=found.port, extra=extra if isinstance(extra, dict) else {})


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value) if value else ""


class Asked:
    """What a process of this release makes of texts."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.look_up = LOOK_UPS[who.removeprefix("cached-")]
        self.reader = Reader.of(__version__, "task" if who.endswith("task") else "server")

    def read(self, text: str, words: dict[str, list[str]]) -> Connection | None:
        """Nothing where Airflow fails: it says that the id isn't defined."""
        Client.secrets = {NAME: text}
        Backend.words = words
        forget()
        try:
            found = self.look_up("asked")
            if self.who.startswith("cached"):
                found = self.look_up("asked")
            return as_ours(found)
        except Exception:  # noqa: BLE001
            return None

    def expected(self, text: str, words: dict[str, list[str]]) -> Connection | None:
        try:
            ours = Connection.from_secret(text, reader=self.reader, extra_conn_words=words)
        except UnreadableSecret:
            return None
        return None if self.who == "api" and not is_handed_on(text, words, ours) else ours


def is_handed_on(text: str, words: dict[str, list[str]], ours: Connection) -> bool:
    """The API server hands on what has a type, and only a host or schema that is text."""
    if format_of(text) == "uri":
        return True
    values = values_by_field(text, words)
    return bool(ours.conn_type) and all(
        isinstance(values[name], str | None) for name in ("host", "schema")
    )


def texts(count: int) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    for name, text in TRAPS.items():
        yield name, text, {}
    for number in range(count):
        source = random.Random(f"9/{number}")  # noqa: S311 - The cases are to be the same each time.
        words = conn_words(source)
        yield f"text {number}", secret_text(source), words


def is_ours_stricter(text: str, real: Connection | None) -> bool:
    """Half a surrogate pair, or what no hook can use of a 3.0 task: see docs/decisions/0018."""
    if real is None:
        return "[" * 300 in text and __version__.startswith("3.0.")
    written = json.dumps(
        [real.conn_type, real.extra, real.host, real.login, real.schema], ensure_ascii=False
    )
    is_half = any("\ud800" <= character <= "\udfff" for character in written)
    parts = (real.conn_type, real.host, real.login, real.schema)
    return is_half or (
        __version__.startswith("3.0.") and any(part[:1] in ("[", "{") for part in parts)
    )


def compare_reading(asked: Asked, count: int) -> dict[str, Any]:
    agreed, stricter, wrong = 0, 0, []
    for name, text, words in texts(count):
        real, ours = asked.read(text, words), asked.expected(text, words)
        if real == ours:
            agreed += 1
        elif is_ours_stricter(text, real) and None in (ours, real):
            stricter += 1
        else:
            wrong.append(name)
    return {
        "read": agreed,
        "stricter": stricter,
        "of": agreed + stricter + len(wrong),
        "wrong": wrong,
    }


def compare_writing(asked: Asked, count: int) -> dict[str, Any]:
    """Of what we write in each form: how much comes back whole, and how much there is.

    `lost` names what doesn't come back in the form that we take, and would in another one.
    """
    counted = {form: [0, 0] for form in FORMS}
    lost = []
    for number in range(count):
        entered = connection(random.Random(f"9/{number}"))  # noqa: S311 - as above.
        written = {form: found for form in FORMS if (found := encoded(entered, form))}
        whole = {form: asked.read(found.text, {}) == entered for form, found in written.items()}
        for form, is_whole in whole.items():
            counted[form][0] += is_whole
            counted[form][1] += 1
        if whole and not whole["auto"] and any(whole.values()):
            lost.append(f"connection {number}")
    return {"written": counted, "lost": lost}


def encoded(entered: Connection, form: Any) -> Encoded | None:
    try:
        return entered.encode(form, release=__version__)
    except NotRepresentable:
        return None


def compare_variables(get: Callable[[str], Any]) -> list[str]:
    wrong = []
    for text in VARIABLES:
        Client.secrets = {"airflow/variables/asked": text, "airflow/config/asked": text}
        if get("asked") != text:
            wrong.append(f"variable {text!r}")
        if Backend().get_config("asked") != text:
            wrong.append(f"config {text!r}")
    Client.secrets = {"airflow/variables/asked": None}
    if get("asked") is not None:
        wrong.append("a variable without text")
    return wrong


def compare_names() -> list[str]:
    """The names that Airflow asks for, in order, for an id of each kind and of a team."""
    Client.secrets = {}
    return [
        f"{kind} {id_} of {team or 'no team'} {kwargs}"
        for kwargs in KWARGS
        for id_ in IDS
        for kind, method in METHODS.items()
        for team in teams_of(method)
        if names_asked(kwargs, method, id_, team) != names_expected(kwargs, kind, id_, team)
    ]


def teams_of(method: str) -> tuple[str, ...]:
    knows_teams = "team_name" in signature(getattr(Backend, method)).parameters
    return ("", "analytics") if knows_teams else ("",)


def names_asked(kwargs: dict[str, Any], method: str, id_: str, team: str) -> list[str]:
    Client.asked.clear()
    getattr(Backend(**kwargs), method)(id_, **({"team_name": team} if team else {}))
    return list(Client.asked)


def names_expected(kwargs: dict[str, Any], kind: str, id_: str, team: str) -> list[str]:
    """A team's own secret comes first; without a prefix there is none."""
    backend = BackendConfig.from_kwargs(kwargs, ("analytics",))
    if not backend.is_looked_up(kind, id_):
        return []
    names = [backend.secret_name(kind, id_)]
    return (
        [backend.secret_name(kind, id_, team), *names] if team and backend.prefixes[kind] else names
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("who", choices=[*LOOK_UPS, "cached-server", "cached-task"])
    parser.add_argument("--cases", type=int, default=600)
    options = parser.parse_args()
    asked = Asked(options.who)
    told: dict[str, Any] = {
        "release": __version__,
        "provider": version("apache-airflow-providers-amazon"),
        "who": options.who,
        **compare_writing(asked, options.cases // 2),
    }
    if not options.who.startswith("cached"):
        told |= compare_reading(asked, options.cases)
        told["wrong"] += compare_variables(variable_of(options.who))
        told["wrong"] += compare_names()
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
