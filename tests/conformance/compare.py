"""Lays our reading and writing of connections beside a real Airflow's, case by case.

Runs in the environment of `make conformance`. A failure is named by its trap, or by its number and
the seed: the cases of a seed are always the same. The values are all made up, so they are printed.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

from airflow import __version__
from airflow._shared.secrets_masker.secrets_masker import DEFAULT_SENSITIVE_FIELDS

from connections.value.connection import (
    Connection,
    NotRepresentable,
    UnreadableSecret,
    differing_fields,
    is_clear,
)
from connections.value.credentials import is_sensitive_extra
from connections.value.readers import Process, Reader
from tests.conformance.cases import conn_words, connection, secret_text, text
from tests.conformance.real_airflow import (
    real_json_variable,
    real_reading,
    real_sensitive,
    real_uri,
)
from tests.conformance.traps import TRAPS
from tests.support.value_faults import SECRETS, StoredSecret
from variables.variable import Variable

Failures = Iterator[str]
PROCESSES: tuple[Process, ...] = ("server", "task")
# The rules of a text that not all read, and those of one that not all read alike.
UNREAD = {"unreadable", "unreadable-by-some"}
READ_OTHERWISE = {
    *("unreadable-by-some", "reads-differently"),
    *("underscore-in-scheme", "no-scheme", "hidden-before-text"),
}


def our_reading(stored: str, process: Process, words: dict[str, list[str]]) -> Connection | None:
    reader = Reader.of(__version__, process)
    try:
        return Connection.from_secret(stored, reader=reader, extra_conn_words=words)
    except UnreadableSecret:
        return None


def holds_half_pairs(found: Connection) -> bool:
    """The one text that we refuse and Airflow doesn't; reading.py says why."""
    try:
        json.dumps([found.conn_type, found.extra], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def compare_reading(stored: str, words: dict[str, list[str]]) -> Failures:
    for process in PROCESSES:
        ours, real = our_reading(stored, process, words), real_reading(stored, process, words)
        if ours is None and real is not None and not holds_half_pairs(real):
            yield f"the {process} reads what we refuse: {stored[:300]!r} {words}"
        if ours is not None and real is None:
            yield f"the {process} refuses what we read: {stored[:300]!r} {words}"
        if ours is not None and real is not None and ours != real:
            yield (
                f"the {process} differs in {differing_fields(ours, real)}: {stored[:300]!r} {words}"
            )


def compare_writing(entered: Connection, words: dict[str, list[str]]) -> Failures:
    """What we write is read back whole; Airflow's own spelling couldn't carry what we refuse."""
    for form in ("auto", "uri", "json"):
        try:
            written = entered.encode(form, extra_conn_words=words)
        except NotRepresentable:
            continue
        if not is_read_back(written.text, entered, words):
            yield f"{form} isn't read back whole: {written.text[:300]!r} {words}"
    yield from compare_spelling(entered, words)
    plain = json.dumps({name: part for name, part in plain_fields(entered).items() if part})
    if is_read_back(plain, entered, words) and not is_written(entered, "json", words):
        yield f"json is refused, and Airflow reads it: {plain[:300]!r} {words}"


def compare_spelling(entered: Connection, words: dict[str, list[str]]) -> Failures:
    """Ours is Airflow's own spelling where that reads back whole with its password apart."""
    for process in PROCESSES:
        real = real_uri(entered, process)
        if real is None or not is_clear(real) or not is_read_back(real, entered, words):
            continue
        if not is_written(entered, "uri", words):
            yield f"uri is refused, and the {process} writes and reads {real[:300]!r}"
        elif entered.to_uri() != real:
            yield f"uri is {entered.to_uri()[:300]!r}, and the {process} writes {real[:300]!r}"


def is_read_back(stored: str, entered: Connection, words: dict[str, list[str]]) -> bool:
    return all(real_reading(stored, process, words) == entered for process in PROCESSES)


def is_written(entered: Connection, form: Any, words: dict[str, list[str]]) -> bool:
    try:
        entered.encode(form, extra_conn_words=words)
    except NotRepresentable:
        return False
    return True


def plain_fields(entered: Connection) -> dict[str, Any]:
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    return {name: getattr(entered, name) for name in names}


def compare_variable(stored: str) -> Failures:
    variable = Variable(stored)
    if variable.looks_like_json and (variable.json_problem is None) != real_json_variable(stored):
        yield f"deserialize_json differs: {stored[:300]!r}"


def compare_emphasis(name: str) -> Failures:
    if is_sensitive_extra(name) != real_sensitive(name):
        yield f"masking differs: {name!r}"


def sensitive_name(source: random.Random) -> str:
    listed = source.choice(sorted(DEFAULT_SENSITIVE_FIELDS))
    parts = (
        text(source, 1),
        source.choice((listed, listed.title(), *listed.split("_"))),
        text(source, 1),
    )
    return source.choice(("_", "-", "", " ")).join(parts).replace("_", source.choice("__-. "))


def compare_class(secret: StoredSecret) -> Failures:
    """Whether an inventory's rules say of a text what becomes of it: it is read, alike, or not.

    They are those of all releases, so the two processes of this one may read alike what others
    don't. The rule of a text that begins badly stands for all that follows from it.
    """
    real = [real_reading(secret.text, process, {}) for process in PROCESSES]
    read = [reading for reading in real if reading is not None]
    is_alike = len(read) == len(real) and read[0] == read[1]
    if read and "unreadable" in secret.rules:
        yield f"{len(read)} of 2 processes read it, and its rules are {secret.rules}"
    if not read and not UNREAD & {*secret.rules}:
        yield f"no process reads it, and its rules are {secret.rules}"
    if read and not is_alike and not READ_OTHERWISE & {*secret.rules}:
        yield f"the processes read it otherwise, and its rules are {secret.rules}"


def compare_inventory(secret: StoredSecret) -> Failures:
    if secret.kind == "connections":
        yield from compare_reading(secret.text, {})
        yield from compare_class(secret)
        return
    is_broken = Variable(secret.text).looks_like_json and not real_json_variable(secret.text)
    if is_broken != ("broken-json" in secret.rules):
        yield f"deserialize_json differs, and its rules are {secret.rules}"


def checks(seed: int, count: int) -> Iterator[tuple[str, Failures]]:
    for name, stored in TRAPS.items():
        yield f"trap {name}", compare_reading(stored, {})
        yield f"trap {name}, as a variable", compare_variable(stored)
    for secret in SECRETS:
        yield f"{secret.kind} {secret.id}", compare_inventory(secret)
    for number in range(count):
        source = random.Random(f"{seed}/{number}")  # noqa: S311 - The cases are to be the same each time.
        words = conn_words(source)
        yield f"text {number} of seed {seed}", compare_reading(secret_text(source), words)
        yield f"connection {number} of seed {seed}", compare_writing(connection(source), words)
        yield f"variable {number} of seed {seed}", compare_variable(text(source, 20))
        yield f"extra {number} of seed {seed}", compare_emphasis(sensitive_name(source))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=5_000, help="of generated cases of each kind")
    asked = parser.parse_args()
    passed = failed = 0
    for name, failures in checks(asked.seed, asked.count):
        found = list(failures)
        for failure in found:
            sys.stdout.write(f"{name}: {failure}\n")
        failed += bool(found)
        passed += not found
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
