"""Two worker processes, each with a list of its own, ... (each test finishes the sentence)."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import aws
from tests.conftest import As, begin_cold
from tests.support.faults import FaultProxy
from tests.support.lists import ids, settled
from tests.support.site import overwrite, put

URL = "/default/connections/"
NAME = "airflow/connections/first"
CONFIG = """
[environments.default]
title = "Airflow"
backend_kwargs = '{}'
"""
Turn = Callable[[str], None]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        put(running, NAME, "http://h")
        yield running


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[FaultProxy]:
    with FaultProxy(emulator.endpoint) as running:
        yield running
        running.clear()
        begin_cold()
    aws.forget_clients()


@pytest.fixture
def turn(proxy: FaultProxy, settings: Settings, tmp_path: Path) -> Turn:
    """It is this worker's turn to answer.

    What a process knows of an environment belongs to its configuration.
    """
    kwargs = json.dumps({"endpoint_url": proxy.endpoint, "region_name": "eu-central-1"})

    def take(worker: str) -> None:
        path = tmp_path / f"{worker}.toml"
        path.write_text(CONFIG.format(kwargs), encoding="utf-8")
        settings.SECRETSADMIN_CONFIG = str(path)

    return take


@pytest.fixture
def reader(signed_in: As) -> Client:
    return signed_in("editor")


def minutes(count: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=count)


def test_show_no_older_list_after_a_newer_one(
    reader: Client, emulator: Emulator, turn: Turn, proxy: FaultProxy
) -> None:
    turn("one")
    assert ids(reader.get(URL)) == ["first"]
    put(emulator, "airflow/connections/second", "http://h")
    turn("two")
    newer = reader.get(URL)
    assert ids(newer) == ["first", "second"]
    proxy.clear()

    turn("one")
    again = reader.get(URL)

    assert ids(again) == ["first", "second"]
    assert again.context["page"].age.as_of >= newer.context["page"].age.as_of
    assert proxy.calls == {"ListSecrets": 1}


def test_ask_aws_nothing_where_both_say_the_same(
    reader: Client, turn: Turn, proxy: FaultProxy
) -> None:
    turn("one")
    first = reader.get(URL)
    turn("two")
    reader.get(URL)
    proxy.clear()

    told = [first.context["page"].age.as_of]
    for worker in ("one", "two", "one", "two"):
        turn(worker)
        told.append(reader.get(URL).context["page"].age.as_of)

    assert not proxy.calls
    assert told == sorted(told)


def test_say_the_same_whoever_of_them_wrote(reader: Client, turn: Turn, proxy: FaultProxy) -> None:
    for worker in ("one", "two"):
        turn(worker)
        reader.get(URL)
    proxy.clear()

    turn("one")
    form = {
        "conn_id": "new",
        "conn_type": "http",
        "host": "h",
        "format": "auto",
        "description": "New",
    }
    assert reader.post(f"{URL}create/", form).status_code == 302
    for worker in ("one", "two", "one", "two"):
        turn(worker)
        assert ids(reader.get(URL)) == ["first", "new"]

    assert proxy.calls == {"CreateSecret": 1, "DescribeSecret": 1}


def test_leave_whoever_has_seen_nothing_newer_their_list(
    reader: Client, signed_in: As, emulator: Emulator, turn: Turn, proxy: FaultProxy
) -> None:
    turn("one")
    reader.get(URL)
    put(emulator, "airflow/connections/second", "http://h")
    turn("two")
    reader.get(URL)
    stranger = signed_in("viewer")
    stranger.cookies["lists"] = reader.cookies["lists"].value
    forger = signed_in("admin")
    forger.cookies["lists"] = "eyJzaWdodHMiOnt9fQ:1:x"
    proxy.clear()

    turn("one")

    assert ids(stranger.get(URL)) == ids(forger.get(URL)) == ["first"]
    assert not proxy.calls


def test_say_so_where_a_newer_list_has_been_seen_and_aws_takes_its_time(
    reader: Client, emulator: Emulator, turn: Turn, proxy: FaultProxy, settings: Settings
) -> None:
    turn("one")
    reader.get(URL)
    put(emulator, "airflow/connections/second", "http://h")
    turn("two")
    reader.get(URL)
    settings.AWS_SECONDS = 2
    gate = proxy.when("ListSecrets").hold()

    turn("one")
    older = reader.get(URL)

    assert ids(older) == ["first"]
    assert "You have seen a newer list" in older.content.decode()
    settings.AWS_SECONDS = 60
    gate.release()
    whole = settled(reader, older)
    assert ids(whole) == ["first", "second"]
    assert "You have seen" not in whole.content.decode()


def test_show_a_secret_as_new_as_its_row_was(
    reader: Client, emulator: Emulator, turn: Turn, proxy: FaultProxy
) -> None:
    form = {"conn_id": "ours", "conn_type": "http", "host": "h", "format": "auto"}
    turn("one")
    reader.post(f"{URL}create/", form)
    reader.get(URL)
    overwrite(emulator, "airflow/connections/ours", "http://outside")
    turn("two")
    assert "changed outside" in reader.get(URL).content.decode()
    proxy.clear()

    turn("one")
    for _ in range(2):
        assert "changed outside" in reader.get(f"{URL}detail/ours/").content.decode()

    assert proxy.calls == {"DescribeSecret": 1}


def test_show_a_secret_as_it_is_known_where_aws_tells_nothing_newer(
    reader: Client, emulator: Emulator, turn: Turn, proxy: FaultProxy
) -> None:
    turn("one")
    reader.get(URL)
    put(emulator, "airflow/connections/second", "http://h")
    turn("two")
    reader.get(URL)
    proxy.when("DescribeSecret").deny()

    turn("one")

    assert reader.get(f"{URL}detail/first/").status_code == 200


def test_lead_back_to_the_list_that_one_came_from(reader: Client, turn: Turn) -> None:
    turn("one")
    reader.get(URL, {"q": "first", "sort": "-changed", "page": "1"})

    turn("two")
    for page in (
        "detail/first/",
        "history/first/",
        "update/first/",
        "delete/first/",
        "create/",
        "create/?conn_type=http",
    ):
        shown = reader.get(URL + page).content.decode()
        assert f'href="{URL}?q=first&amp;sort=-changed&amp;page=1"' in shown, page
    assert 'href="/default/variables/"' in reader.get("/default/variables/create/").content.decode()

    reader.get(URL)
    assert "?q=first" not in reader.get(f"{URL}detail/first/").content.decode()


def test_keep_nothing_of_a_list_when_one_signs_out(reader: Client, turn: Turn) -> None:
    turn("one")
    reader.get(URL, {"q": "first"})
    assert reader.cookies["lists"].value
    assert reader.cookies["lists"]["httponly"]

    reader.post("/logout/")

    assert not reader.cookies["lists"].value


def test_keep_little_in_a_browser(reader: Client, turn: Turn) -> None:
    turn("one")
    for kind in ("connections", "variables", "config"):
        for query in ("x" * 2_000, "x" * 190, "ü" * 60):
            reader.get(f"/default/{kind}/", {"q": query})
            assert len(reader.cookies["lists"].value) < 4_000
    assert "default" not in reader.cookies["lists"].value
