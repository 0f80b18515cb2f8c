"""Airflow's readers ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest

from connections.value.connection import Connection, NotRepresentable, Reader, UnreadableSecret
from connections.value.readers import READERS, Process, Who, everybody, is_known, names

SERVERS = ("2.11.2", "3.0.6", "3.1.5", "3.1.7", "3.1.8", "3.3.2")


def read(text: str, release: str, process: Process) -> Connection | str:
    """The connection, or the field for which there is none."""
    try:
        return Connection.from_secret(text, reader=Reader.of(release, process))
    except UnreadableSecret as error:
        return error.field


def read_json(release: str, process: Process, **stored: Any) -> Connection | str:
    return read(json.dumps({"conn_type": "http", **stored}), release, process)


@pytest.mark.parametrize(
    ("release", "server", "task"),
    [
        ("2.9.3", "30", "30"),
        ("2.11.2", "30", "30"),
        ("3.0.6", "30", "30"),
        ("3.1.5", "30", "30"),
        ("3.1.6", 30, 30),
        ("3.1.8", 30, 30),
        ("3.2.0", 30, "30"),
        ("3.3.2", 30, "30"),
    ],
)
def test_take_a_value_of_a_query_for_a_text_or_a_number(
    release: str, server: Any, task: Any
) -> None:
    text = "http://h/?timeout=30"

    assert read(text, release, "server") == Connection("http", "h", extra={"timeout": server})
    assert read(text, release, "task") == Connection("http", "h", extra={"timeout": task})


@pytest.mark.parametrize("extra", ["[1]", "5", '"x"', "x"])
def test_refuse_an_extra_that_is_no_object_or_find_nothing_in_it(extra: str) -> None:
    nothing = Connection("http")
    found = {
        release: (
            read_json(release, "server", extra=extra) == nothing,
            read_json(release, "task", extra=extra) == nothing,
            read(f"http://?__extra__={extra}", release, "task") == nothing,
        )
        for release in SERVERS
    }

    assert found == {
        "2.11.2": (True, True, True),
        "3.0.6": (False, False, False),
        "3.1.5": (False, True, False),
        "3.1.7": (False, True, False),
        "3.1.8": (False, True, False),
        "3.3.2": (False, True, True),
    }


def test_take_a_false_password_for_none_or_fail_on_it() -> None:
    servers = [read_json(release, "server", password=0) for release in SERVERS]
    tasks = [read_json(release, "task", password=0) for release in SERVERS]

    assert servers == [Connection("http")] * 6
    assert tasks == [Connection("http")] * 2 + ["password"] * 4


def test_require_a_type_in_json_in_tasks_of_two_patches() -> None:
    tasks = [read('{"host": "h"}', release, "task") for release in SERVERS]

    assert tasks == [Connection(host="h")] * 2 + ["conn_type"] * 2 + [Connection(host="h")] * 2
    assert [read("//h", release, "task") for release in SERVERS] == [Connection(host="h")] * 6


def test_hand_on_a_host_that_is_a_number_in_tasks_of_one_release() -> None:
    tasks = [read_json(release, "task", host=123) for release in SERVERS]

    assert tasks == ["host", Connection("http", "123"), *["host"] * 4]
    assert [read_json(release, "server", host=123) for release in SERVERS] == ["host"] * 6


def test_are_those_of_the_newest_patch_where_none_is_named() -> None:
    assert Reader.of("3.1", "task") == Reader.of("3.1.8", "task")
    assert Reader.of("2.11", "server") == Reader.of("2.11.2", "task")


def test_are_those_of_the_newest_release_where_a_newer_one_is_named() -> None:
    assert Reader.of("3.9.1", "task") == Reader.of("3.3.2", "task")
    assert (is_known("3.3.9"), is_known("3.4"), is_known("4.0")) == (True, False, False)


@pytest.mark.parametrize("release", ["2.8.4", "1.10", "3", "three", "3.1.x", ""])
def test_are_none_of_what_is_no_release_or_too_old(release: str) -> None:
    with pytest.raises(ValueError, match="Airflow"):
        Reader.of(release, "server")


@pytest.mark.parametrize(
    ("release", "servers", "tasks", "together"),
    [
        ("", "servers of Airflow 2.9+", "tasks of Airflow 2.9+", "Airflow 2 and 3"),
        ("2.11", "servers of Airflow 2.11", "tasks of Airflow 2.11", "Airflow 2.11"),
        ("3.1.5", "servers of Airflow 3.1.5", "tasks of Airflow 3.1.5", "Airflow 3.1.5"),
        ("3.1.9", "servers of Airflow 3.1.9", "tasks of Airflow 3.1.9", "Airflow 3.1.9"),
        ("3.1", "servers of Airflow 3.1", "tasks of Airflow 3.1", "Airflow 3.1"),
        (
            "3.9",
            "servers of Airflow 3.9 (read as 3.3)",
            "tasks of Airflow 3.9 (read as 3.3)",
            "Airflow 3.9 (read as 3.3)",
        ),
    ],
)
def test_are_named_by_release_and_process(
    release: str, servers: str, tasks: str, together: str
) -> None:
    among = everybody(release)

    assert names([who for who in among if who.process == "server"], release) == servers
    assert names([who for who in among if who.process == "task"], release) == tasks
    assert names(among, release) == together


def test_are_named_together_where_they_share_a_rule() -> None:
    def who_have(rule: Any) -> str:
        return names([who for who in everybody() if rule(who.reader)])

    assert (
        who_have(lambda reader: not reader.uri.refuses_other_extra)
        == "Airflow 2.9\N{EN DASH}2.11 and tasks of 3.2+"
    )
    assert (
        who_have(lambda reader: reader.uri.query_is_json)
        == "Airflow 3.1.6\N{EN DASH}3.1.8 and servers of 3.2+"
    )
    assert (
        who_have(lambda reader: reader.json.requires_type)
        == "tasks of Airflow 3.1.0\N{EN DASH}3.1.7"
    )


def test_know_everybody_who_may_read_in_an_environment() -> None:
    assert [who.releases.first for who in everybody("3.1")] == [
        "3.1.0",
        "3.1.0",
        "3.1.6",
        "3.1.6",
        "3.1.8",
        "3.1.8",
    ]
    assert {Who(who.releases, who.process) for who in everybody("3.1.7")} < set(everybody())
    assert {who.reader for who in everybody()} == set(READERS)


def test_that_need_a_type_keep_json_from_being_written_without_one() -> None:
    without = Connection(host="h", login="x", extra={"a": 1})

    assert without.encode("json").format == "json"
    assert without.encode("json", release="2.11").format == "json"
    with pytest.raises(
        NotRepresentable, match="isn't read by the tasks of this Airflow"
    ) as refused:
        without.encode("json", release="3.1")
    assert refused.value.field == "conn_type"
