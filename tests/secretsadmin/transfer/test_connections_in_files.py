"""Connections in a file ... (each test finishes the sentence)."""

import json

import pytest

from tests.secretsadmin.transfer.files import by_id, only, read_export, read_text, sources

FIELDS = {"conn_type": "http", "host": "h"}


@pytest.mark.parametrize("ending", ["json", "yaml", "envjson"])
def test_are_read_alike_whatever_airflow_exported_them_as(ending: str) -> None:
    file = read_export(f"out3.{ending}")

    assert file.unread is None
    assert sources(file) == sources(read_export("out2.json"))
    assert by_id(file)["pg"].description == "Lager – Ä"
    assert by_id(file)["pg"].source == {
        "conn_type": "postgres",
        "host": "db.Example.com",
        "login": "u",
        "password": "p@ss/w?#%:word",
        "schema": "public",
        "port": "5432",
        "extra": '{"sslmode": "require"}',
    }


def test_have_the_lines_at_which_they_begin() -> None:
    assert [entry.line for entry in read_export("out3.json").entries] == [2, 12, 22, 32, 42]
    assert [entry.line for entry in read_export("out3.yaml").entries] == [1, 11, 20, 29, 38]
    assert [entry.line for entry in read_export("out3.env").entries] == [1, 2, 3, 4, 5]


def test_are_read_although_one_of_them_is_wrong() -> None:
    text = '{"a": {"conn_type": "http", "port": 08},\n "b": {"conn_type": "http"}}'

    broken, good = read_text(text).entries

    assert (broken.id, broken.source) == ("a", None)
    assert "line 1 isn't JSON" in broken.problem
    assert good.source == {"conn_type": "http"}


def test_are_read_behind_the_lines_of_a_log() -> None:
    file = read_text('[2026-11-30] {a.py:1} INFO - hello\nWARNING x\n{"a": {"conn_type": "http"}}')

    assert file.notes == ("The 2 lines before the JSON were left out.",)
    assert file.entries[0].line == 3


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ({"conn_type": "x", "extra": {"a": [1, 1.50]}}, {"extra": '{"a": [1, 1.5]}'}),
        ({"conn_type": "x", "extra": '{"a": 1}'}, {"extra": '{"a": 1}'}),
        ({"conn_type": "x", "extra_dejson": {"a": 1}}, {"extra": '{"a": 1}'}),
        ({"conn_type": "x", "conn_host": "h", "conn_port": 5}, {"host": "h", "port": "5"}),
        ({"conn_type": "x", "login": 123, "id": 7}, {"login": "123"}),
        ([{"conn_type": "x"}], {}),
        ('{"conn_type": "x", "host": "h"}', {"host": "h"}),
    ],
)
def test_may_be_written_in_several_ways(value: object, source: dict[str, str]) -> None:
    text = json.dumps({"a": value, "b": FIELDS})

    assert by_id(read_text(text))["a"].source == {"conn_type": "x", **source}


def test_keep_the_spelling_of_what_is_in_an_extra() -> None:
    entry = only('{"a": {"conn_type": "http", "extra": {"n": 1.50, "big": 1' + "0" * 30 + "}}}")

    assert isinstance(entry.source, dict)
    assert entry.source["extra"] == '{"n": 1.50, "big": 1' + "0" * 30 + "}"


def test_are_texts_in_yaml_as_they_are_written() -> None:
    text = 'a:\n  conn_type: http\n  host: no\n  login: 012\n  port: "8080"\n  schema: null\n'

    entry = only(text)

    assert entry.source == {"conn_type": "http", "host": "no", "login": "012", "port": "8080"}
    assert "YAML 1.1" in entry.notes[0]
    assert entry.notes[0].endswith("host, login.")


def test_have_the_numbers_of_a_yaml_extra() -> None:
    text = "a:\n  conn_type: http\n  extra: {on: yes, n: 30, f: 1.50, t: true, z: ~, q: '30'}\n"

    entry = only(text)

    assert isinstance(entry.source, dict)
    extra = json.loads(entry.source["extra"], parse_float=str)
    assert extra == {"on": "yes", "n": 30, "f": "1.50", "t": True, "z": None, "q": "30"}


@pytest.mark.parametrize(
    ("line", "source", "note"),
    [
        ("export d=http://h2", "http://h2", "The word export before it was left out."),
        ('e="http://h3"', "http://h3", "The quotation marks around it were left out."),
        ("f=http://h4 # trailing", "http://h4", "The comment behind it was left out."),
        ("f=http://h4#fragment", "http://h4#fragment", ""),
        (" g = http://h5 ", "http://h5", ""),
        ('b={"conn_type": "http", "host": "h #1"}', {**FIELDS, "host": "h #1"}, ""),
    ],
)
def test_of_a_line_are_read_as_they_were_meant(line: str, source: object, note: str) -> None:
    entry = only(f"# a comment\n\n{line}\n")

    assert entry.source == source
    assert "".join(entry.notes) == note
    assert entry.line == 3


def test_are_read_from_the_csv_of_mwaa_dr() -> None:
    row = 'a,postgres,"Two\nlines","{""x"": 1}",h,l,"p,w",5432,s\nb,http,,,,,,,\n'

    first, second = read_text(row).entries

    assert first.description == "Two\nlines"
    assert first.source == {
        "conn_type": "postgres",
        "host": "h",
        "login": "l",
        "password": "p,w",
        "schema": "s",
        "port": "5432",
        "extra": '{"x": 1}',
    }
    assert (second.line, second.source) == (3, {"conn_type": "http"})


def test_are_read_by_the_header_of_a_csv_if_there_is_one() -> None:
    header = "conn_id,conn_type,host,schema,login,password,port,description,extra\n"

    entry = only(f"{header}a,http,h,,,,,,\n")

    assert (entry.line, entry.source) == (2, FIELDS)
