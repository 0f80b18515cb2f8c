"""What a page says that a release reads is what that release, installed, reads."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connections.value.agreeing import readings_of
from connections.value.readers import Process, Who, everybody, names
from secretsadmin.demo.emulator import serve
from secretsadmin.demo.site import KWARGS, ROOT
from tests.browser.fixtures import Visit
from tests.browser.sites import Site, serving_from
from tests.browser.visitor import Visitor
from tests.conformance.matrix import pythons

ENVIRONMENTS = {"a2": "2.11", "a315": "3.1.5", "a33": "3.3", "whichever": ""}
# One installed release of each row of the table of readers.
INSTALLED = {
    "2.9": "2.11.2",
    "3.0": "3.0.6",
    "3.1.0": "3.1.5",
    "3.1.6": "3.1.6",
    "3.1.8": "3.1.8",
    "3.2": "newest",
}
TEXTS = {
    "a_number_in_a_query": "postgres://u@h/?keepalives_idle=30",
    "a_timeout": "http://h/?timeout=30",
    "an_extra_that_is_a_list": '{"conn_type": "http", "host": "h", "extra": "[1]"}',
    "an_extra_that_is_a_list_in_a_uri": "http://h/?__extra__=%5B1%5D",
    "without_a_type": '{"host": "h", "login": "u"}',
    "a_false_password": '{"conn_type": "http", "host": "h", "password": false}',
    "a_host_that_is_a_number": '{"conn_type": "http", "host": 123}',
    "a_host_that_is_0": '{"conn_type": "http", "host": 0}',
}
# What the panel says: who reads, and what. The one label of readers that agree stands in the
# panel's header.
PANEL = """panel => {
    const text = (element) => element.textContent.trim();
    const of = (element, selector) => [...element.querySelectorAll(selector)].map(text);
    const reading = panel.querySelector(".reading");
    const labels = [...reading.querySelectorAll("h3")].map((each) => text(each.firstChild));
    const blocks = [...reading.querySelectorAll(":scope > dl, :scope > ul")];
    return blocks.map((block, place) => ({
        label: labels[place] || panel.querySelector("header span").textContent.trim(),
        fails: block.matches("ul"),
        fields: Object.fromEntries(of(block, "dt").map((name, at) => [name, of(block, "dd")[at]])),
    }));
}"""


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve() as emulator:
        kwargs = {**KWARGS, "endpoint_url": emulator.endpoint}
        config = "".join(
            _environment(name, release, kwargs) for name, release in ENVIRONMENTS.items()
        )
        with serving_from(emulator, tmp_path_factory.mktemp("site"), more=config) as running:
            for name in ENVIRONMENTS:
                for key, text in TEXTS.items():
                    running.store(f"{name}/connections/{key}", text)
            yield running


def _environment(name: str, release: str, kwargs: Mapping[str, Any]) -> str:
    prefixes = {
        f"{kind}_prefix": f"{name}/{kind}" for kind in ("connections", "variables", "config")
    }
    return (
        f'\n[environments.{name}]\nairflow = "{release}"\nbackend_kwargs = '
        f"'{json.dumps({**kwargs, **prefixes})}'\n"
    )


@pytest.fixture(scope="package")
def installed() -> dict[Who, list[Any]]:
    """What each release and process makes of the texts."""
    return {who: _ask(pythons()[INSTALLED[who.releases.first]], who.process) for who in everybody()}


def _ask(python: Path, process: Process) -> list[Any]:
    is_of_airflow_2 = "-2." in str(python)
    asked = subprocess.run(
        [
            python,
            "-W",
            "ignore",
            "tests/conformance/read_texts.py",
            "server" if is_of_airflow_2 else process,
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=json.dumps(list(TEXTS.values())),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found: list[Any] = json.loads(asked.stdout)
    return found


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("key", TEXTS)
def test_is_read_as_the_page_says(
    visit: Visit, installed: dict[Who, list[Any]], name: str, key: str
) -> None:
    visitor: Visitor = visit("admin")
    visitor.detail(key, environment=name)
    visitor.open_fields()
    told = visitor.page.locator("#readings").evaluate(PANEL)
    place = list(TEXTS).index(key)
    readings = readings_of(TEXTS[key], everybody(ENVIRONMENTS[name])).readings

    # Of readers that differ, all but the first are told by what they read differently.
    first = next((block for block in told if not block["fails"]), None)
    assert [block["label"] for block in told] == [
        _label(each.who, name, len(readings)) for each in readings
    ]
    for block, reading in zip(told, readings, strict=True):
        for who in reading.who:
            real = installed[who][place]
            assert block["fails"] == (real is None), who
            if real is not None:
                assert first
                shown = {**first["fields"], **block["fields"]}
                assert _differences(real, shown) == [], who


def _label(who: tuple[Who, ...], name: str, count: int) -> str:
    said = names(who, ENVIRONMENTS[name])
    return said[0].upper() + said[1:] if count > 1 else said


def _differences(real: Mapping[str, Any], shown: Mapping[str, str]) -> list[str]:
    """The fields that are shown otherwise than they are."""
    fields = {
        field: value
        for field, value in real.items()
        if field != "extra" and value not in (None, "")
    }
    fields |= {f"extra.{key}": value for key, value in real["extra"].items()}
    wrong = [field for field, value in fields.items() if not _is_shown(value, shown.get(field, ""))]
    return wrong + [
        field for field, text in shown.items() if field not in fields and text != "none"
    ]


def _is_shown(value: Any, shown: str) -> bool:
    """Plainly, as JSON where it has to be told from another sort, or by its sort or length."""
    if isinstance(value, str):
        return shown in (value, json.dumps(value), f"{len(value)} characters")
    return shown in (json.dumps(value), "a number")
