"""Variables in a file ... (each test finishes the sentence)."""

import pytest

from tests.secretsadmin.transfer.files import by_id, only, read_export, read_text, sources


def test_are_those_that_airflow_3_exported() -> None:
    file = read_export("out3.vars.json")

    assert file.are_envelopes
    assert file.envelopes == (4, 9)
    variables = by_id(file)
    assert variables["desc"].source == "hello"
    assert variables["desc"].description == "a description"
    assert variables["env"].source == '{\n    "value": 3\n}'
    assert variables["quoted"].source == '"q"'
    assert variables["nl"].source == "line1\nline2\n"
    assert variables["nul"].source == "null"
    assert variables["big"].source == "12345678901234567890123"


def test_of_airflow_2_have_no_envelopes_unless_somebody_says_so() -> None:
    text = '{"a": {"value": 3}, "b": "x"}'

    file = read_text(text)
    assert (file.envelopes, file.are_envelopes) == ((1,), False)
    assert sources(file) == {"a": '{"value": 3}', "b": "x"}
    assert "Airflow's import stores what is in its value" in file.entries[0].notes[0]

    file = read_text(text, envelope="envelope")
    assert file.are_envelopes
    assert sources(file) == {"a": "3", "b": "x"}


def test_keep_an_object_that_only_airflow_takes_for_an_envelope() -> None:
    entry = only('{"a": {"value": "v", "description": "d", "other": 1}}', envelope="envelope")

    assert entry.source == '{"value": "v", "description": "d", "other": 1}'
    assert "drops the rest" in entry.notes[0]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("1.50", "1.50"),
        ("true", "true"),
        ("null", "null"),
        ("-0", "-0"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ('{"a":1,  "b": 2.0}', '{"a":1,  "b": 2.0}'),
        ('{\n    "a": [\n      1\n    ]\n  }', '{\n  "a": [\n    1\n  ]\n}'),
        ('" spaced\\n"', " spaced\n"),
    ],
)
def test_are_spelled_as_in_the_json(written: str, source: str) -> None:
    assert only(f'{{\n  "a": {written}\n}}').source == source


def test_are_texts_in_yaml_as_they_are_written() -> None:
    text = 'no: no\noct: 012\nsexa: 1:30\ndate: 2024-01-01\nq: "1"\nm: |\n  l1\n  l2\nf: 1.50\n'

    file = read_text(text)

    assert sources(file) == {
        "no": "no",
        "oct": "012",
        "sexa": "1:30",
        "date": "2024-01-01",
        "q": "1",
        "m": "l1\nl2\n",
        "f": "1.50",
    }
    assert [entry.id for entry in file.entries if not entry.notes] == ["q", "m"]


def test_that_are_yaml_objects_become_json() -> None:
    entry = only("a:\n  b: [1, 012, yes, null, true]\n  c: {}\n")

    assert entry.source == (
        '{\n  "b": [\n    1,\n    "012",\n    "yes",\n    null,\n    true\n  ],\n  "c": {}\n}'
    )


def test_without_anything_are_no_word_null() -> None:
    assert "no value" in only("a:\n").problem
    assert only("a: null\n").source == "null"


def test_of_airflows_own_lines_keep_quotes_comments_and_blanks() -> None:
    text = 'B="quoted"\nC=x # c\nexport D=1\nE = spaced\n'

    assert sources(read_text(text)) == {"B": '"quoted"', "C": "x # c", "D": "1", "E": " spaced"}
    stripped = sources(read_text(text, quotes="strip"))
    assert stripped == {"B": "quoted", "C": "x", "D": "1", "E": "spaced"}
