"""The file of connection types ... (each test finishes the sentence)."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from connections.catalog import search
from connections.catalog.docs import markdown
from connections.providers import catalogue
from connections.providers.catalogue import dump, parse
from connections.providers.types import ExtraField
from tests.connections.catalog.types import names


def file_of(tmp_path: Path, **entries: object) -> Path:
    path = tmp_path / "types.json"
    path.write_text(json.dumps({"connection_types": entries}))
    return path


def test_is_written_as_it_was_read() -> None:
    assert dump(catalogue.types().values()) == catalogue.BUILT_IN.read_text(encoding="utf-8")


def test_stands_in_alphabetical_order() -> None:
    assert list(catalogue.types()) == sorted(catalogue.types())


def test_with_twice_as_many_types_is_read_in_less_than_three_times_the_time() -> None:
    text = catalogue.BUILT_IN.read_text(encoding="utf-8")
    types = json.loads(text)["connection_types"]
    copies = {f"{conn_type}_copy": entry for conn_type, entry in types.items()}
    twice = json.dumps({"connection_types": types | copies})

    def seconds(text: str) -> float:
        begun = time.process_time()
        parse(text)
        return time.process_time() - begun

    # Other work on the machine can only make one try longer, so the best of many is compared.
    assert min(seconds(twice) for _ in range(20)) < 3 * min(seconds(text) for _ in range(20))


def test_is_what_the_documentation_says() -> None:
    page = Path(__file__).parents[3] / "docs" / "connection-types.md"

    assert page.read_text(encoding="utf-8") == markdown(catalogue.types().values()), (
        "Run: python -m connections.catalog_table > docs/connection-types.md"
    )


def test_can_be_another_file(tmp_path: Path) -> None:
    field = {"name": "tenant", "label": "Tenant", "required": True}
    path = file_of(tmp_path, acme={"name": "Acme", "extra_fields": [field]})

    types = catalogue.load(path)

    assert search.get("acme", types).extra_fields == (
        ExtraField("tenant", "Tenant", required=True),
    )
    assert names(search.search("", types=types)) == ["acme"]
    assert "acme" not in catalogue.types()


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ([], "acme"),
        ({}, "acme"),
        ({"name": 7}, "acme"),
        ({"name": "Acme", "colour": "red"}, "acme"),
        ({"name": "Acme", "group": "planets"}, "acme"),
        ({"name": "Acme", "aliases": [1]}, "acme"),
        ({"name": "Acme", "standard_fields": [{"name": "realm"}]}, "acme, standard field realm"),
        (
            {"name": "Acme", "standard_fields": [{"name": "host"}, {"name": "host"}]},
            "acme, standard field host",
        ),
        ({"name": "Acme", "standard_fields": ["host"]}, "acme, standard field 1"),
        ({"name": "Acme", "extra_fields": [{"name": "a"}]}, "acme, extra field a"),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "kind": "list"}]},
            "acme, extra field a",
        ),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "sensitive": 1}]},
            "acme, extra field a",
        ),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "default": 1}]},
            "acme, extra field a",
        ),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "default": True}]},
            "acme, extra field a",
        ),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "choices": [{}]}]},
            "acme, extra field a",
        ),
        (
            {"name": "Acme", "extra_fields": [{"name": "a", "label": "A"}] * 2},
            "acme, extra field a",
        ),
        ({"name": "Acme", "hook": {"path": "Hook", "argument": "conn_id"}}, "acme, hook"),
        (
            {"name": "Acme", "hook": {"path": "acme.Hook", "argument": "a)\nimport os"}},
            "acme, hook",
        ),
    ],
)
def test_names_the_entry_that_is_wrong(tmp_path: Path, entry: object, where: str) -> None:
    with pytest.raises(catalogue.InvalidCatalogue) as caught:
        catalogue.load(file_of(tmp_path, acme=entry))

    assert caught.value.entry == where


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"types": {}}', '{"connection_types": []}', "[" * 100_000]
)
def test_is_refused_when_its_file_holds_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "types.json"
    path.write_text(text)

    with pytest.raises(catalogue.InvalidCatalogue):
        catalogue.load(path)


def test_says_when_its_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(catalogue.InvalidCatalogue, match="No such file"):
        catalogue.load(tmp_path / "nowhere.json")


def test_survives_a_change_of_every_attribute(tmp_path: Path) -> None:
    field = ExtraField("a", "A", "integer", (1, 2), 2, "1", "Help", *[True] * 5)
    one = replace(search.get("smtp"), conn_type="acme", extra_fields=(field,), aliases=("é", "|"))

    assert parse(dump([one])) == {"acme": one}
