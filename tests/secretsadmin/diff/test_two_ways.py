"""Comparing tells which parts differ, and never what stands in a masked one."""

import json
import re
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.adapter import ADAPTER as CONNECTIONS
from secretsadmin.adapter import KindAdapter
from secretsadmin.diff.fields import Fields
from secretsadmin.diff.json_parts import (
    MAX_DEPTH,
    MAX_KEYS,
    _walk,
    distinct_text,
    find_part,
    json_part,
    parts_by_path,
)
from secretsadmin.diff.line_parts import MAX_LINES, parts_by_line
from secretsadmin.diff.two_ways import PartChange, part_changes
from secretsadmin.kinds import Field
from tests.support.site import BACKEND
from variables.adapter import ADAPTER as VARIABLES

HINT = re.compile(r"\d+ characters?|true, false or null|a (number|list)|an object")
MIRRORED = {"added": "removed", "removed": "added", "changed": "changed", "same": "same"}

# No label and no length holds one of these letters.
secret_text = st.text("ΑΒΓΔ\n", min_size=1, max_size=30)
sides = st.dictionaries(
    st.sampled_from("abcdefg"), st.tuples(secret_text, st.booleans()), max_size=6
).map(
    lambda found: tuple(
        Field(name, name.upper(), value, masked) for name, (value, masked) in found.items()
    )
)
json_value: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1", "true", "{}"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
any_text = (
    st.text(max_size=60)
    | json_value.map(json.dumps)
    | st.dictionaries(st.text(), json_value).map(json.dumps)
)


def mirrored(row: PartChange) -> PartChange:
    return replace(row, label="", state=MIRRORED[row.state], before=row.after, after=row.before)  # type: ignore[arg-type] # All four are states.


def told(before: Fields, after: Fields) -> dict[str, str]:
    return {row.label: row.state for row in part_changes(before, after)}


def masked(**values: str) -> Fields:
    return tuple(Field(name, name, value) for name, value in values.items())


def by_key(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    both = parts_by_path(before, after)
    assert both
    return told(*both)


def by_line(before: str, after: str) -> list[tuple[str, str]]:
    both = parts_by_line(before, after)
    assert both
    return [(row.label, row.state) for row in part_changes(*both)]


def test_names_what_was_added_removed_changed_and_left() -> None:
    found = told(masked(a="1", b="2", c="3"), masked(b="2", c="4", d="5"))

    assert found == {"a": "removed", "b": "same", "c": "changed", "d": "added"}


def test_shows_a_plain_value_and_the_length_of_a_masked_one() -> None:
    before = (Field("host", "Host", "old", masked=False), Field("password", "Password", "secret"))
    after = (Field("host", "Host", "new", masked=False), Field("password", "Password", "other!!"))

    host, password = part_changes(before, after)

    assert (host.before, host.after) == ("old", "new")
    assert (password.before, password.after) == ("6 characters", "7 characters")


def test_masks_both_sides_of_what_is_masked_on_one() -> None:
    [row] = part_changes((Field("x", "X", "first", masked=False),), (Field("x", "X", "second"),))

    assert (row.masked, row.before, row.after) == (True, "5 characters", "6 characters")


@given(sides, sides)
def test_never_gives_out_what_is_masked(before: Fields, after: Fields) -> None:
    hidden = {each.name for each in (*before, *after) if each.masked}

    for row in part_changes(before, after):
        if row.name in hidden:
            assert not set("ΑΒΓΔ") & set(f"{row.label}{row.before}{row.after}")
        assert not set("ΑΒΓΔ") & set(repr(row))


@given(sides, sides)
def test_is_the_same_from_either_side(before: Fields, after: Fields) -> None:
    there = {replace(row, label="") for row in part_changes(before, after)}

    assert there == {mirrored(row) for row in part_changes(after, before)}
    assert {row.name for row in there} == {each.name for each in (*before, *after)}


@given(sides)
def test_finds_nothing_in_what_is_the_same(side: Fields) -> None:
    assert {row.state for row in part_changes(side, side)} <= {"same"}


def test_keeps_what_is_gone_beside_its_old_neighbours() -> None:
    found = part_changes(masked(a="1", gone="2", z="3"), masked(a="1", new="2", z="3"))

    assert [row.name for row in found] == ["a", "new", "gone", "z"]


def test_of_objects_goes_by_path() -> None:
    before = {"retries": 3, "mail": {"to": "a", "cc": []}, "old": None}
    after = {"mail": {"cc": [], "to": "b"}, "retries": 3, "new": {}}

    assert by_key(before, after) == {
        "retries": "same",
        "mail.to": "changed",
        "mail.cc": "same",
        "old": "removed",
        "new": "added",
    }


def test_of_objects_takes_no_key_for_a_path() -> None:
    assert by_key({"a.b": 1}, {"a": {"b": 1}}) == {'"a.b"': "removed", "a.b": "added"}
    assert by_key({"a\u202e": 1}, {}) == {r'"a\u202e"': "removed"}
    assert by_key({"\ud800": 1}, {}) == {r'"\ud800"': "removed"}


@pytest.mark.parametrize(
    ("before", "after"), [(1, "1"), (True, "true"), (None, "null"), (None, ""), ([1], "[1]")]
)
def test_of_objects_tells_a_value_from_a_text_that_reads_like_it(
    before: object, after: object
) -> None:
    assert by_key({"a": before}, {"a": after}) == {"a": "changed"}


def test_of_objects_gives_no_value_away_by_its_length() -> None:
    both = parts_by_path(
        {"on": True, "off": None, "pin": 1234, "hosts": []},
        {"on": False, "off": True, "pin": "1234"},
    )
    assert both

    hints = {row.name: (row.before, row.after) for row in part_changes(*both)}

    assert hints == {
        "on": ("true, false or null", "true, false or null"),
        "off": ("true, false or null", "true, false or null"),
        "pin": ("a number", "6 characters"),
        "hosts": ("a list", None),
    }


@given(json_value, json_value)
def test_of_values_is_by_what_json_says(one: Any, other: Any) -> None:
    spelled = [json.dumps(value, sort_keys=True) for value in (one, other)]

    assert (distinct_text(one) == distinct_text(other)) == (spelled[0] == spelled[1])


def test_of_many_keys_stays_near_the_surface() -> None:
    stores = {f"store{number}": {"city": number, "open": True} for number in range(MAX_KEYS)}

    found = by_key(stores, stores | {"store7": {"city": 7, "open": False}})

    assert len(found) == MAX_KEYS
    assert {key for key, state in found.items() if state == "changed"} == {"store7"}
    assert parts_by_path(stores | {"more": 1}, {}) is None


def test_of_a_long_key_above_many_others_stays_above_them() -> None:
    """Each part's name is as long as the value, so a page of them would be endless."""
    above = "k" * 60_000
    inner = {f"a{number}": number for number in range(MAX_KEYS)}

    both = parts_by_path({above: inner}, {above: {**inner, "a0": 1}})

    assert both == tuple(
        (json_part(above, f"{'k' * 119}\N{HORIZONTAL ELLIPSIS}", side),)
        for side in (inner, {**inner, "a0": 1})
    )


def test_of_deep_objects_ends_somewhere() -> None:
    deep: dict[str, Any] = {}
    for _ in range(MAX_DEPTH * 3):
        deep = {"a": deep}

    assert by_key(deep, {}) == {".".join("a" * MAX_DEPTH): "removed"}


@given(st.dictionaries(st.text(max_size=4), json_value, max_size=4))
def test_of_objects_finds_each_part_again_however_deep_it_went(value: dict[str, Any]) -> None:
    for depth in range(1, MAX_DEPTH + 1):
        for part in _walk(value, depth):
            assert find_part(value, part.name) == part


def test_of_objects_finds_no_part_of_another_name() -> None:
    value = {"a": {"b": 1}, "a.b": 2, "c": [1]}

    for path in ("", "a.", ".a", "a.b.c", "a.c", "b", "c.0", '"a"', '"a.b".c'):
        assert find_part(value, path) is None


def test_of_lines_says_which() -> None:
    assert by_line("one\ntwo\nthree", "one\n2\nthree\nfour") == [
        ("Line 1", "same"),
        ("Line 2", "changed"),
        ("Line 3", "same"),
        ("Line 4", "added"),
    ]
    assert by_line("one\ntwo", "two") == [("Line 1", "removed"), ("Line 1", "same")]


@pytest.mark.parametrize("text", ["x\n" * MAX_LINES, "x\n" * 65_000])
def test_of_too_many_lines_is_of_the_whole(text: str) -> None:
    assert parts_by_line(text, "") is None
    assert told(*VARIABLES.diff(text, "", BACKEND, may_learn=True)) == {
        "Value, too long to compare line by line": "changed"
    }


def test_of_as_many_lines_as_are_taken_is_quick() -> None:
    started = process_time()
    both = parts_by_line(
        "\n".join("ab"[number % 2] for number in range(MAX_LINES)),
        "\n".join("ba" * (MAX_LINES // 2)),
    )

    assert both
    assert len(part_changes(*both)) < 2 * MAX_LINES
    assert process_time() - started < 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a" * MAX_LINES, "ab" * (MAX_LINES // 2)),
        ("abac" * 70, "acbd" * 70),
        ("x" + "a" * 250, "y" + "a" * 200),
        ("abc", "abxc"),
        ("abc", "abc"),
    ],
)
def test_of_lines_that_repeat_keeps_them_all_in_order(before: str, after: str) -> None:
    both = parts_by_line("\n".join(before), "\n".join(after))

    assert both
    old, new = both
    assert ["".join(field.value or "" for field in side) for side in both] == [before, after]
    assert [field.label for field in old] == [f"Line {number + 1}" for number in range(len(before))]
    assert [field.name for field in new] == sorted((field.name for field in new), key=place_of)


def place_of(name: str) -> int:
    return int(name.partition(":")[2])


HOSTILE = (
    "",
    "{}",
    "[]",
    '{"a": ' * 5000,
    '{"a": ' * 5000 + "1" + "}" * 5000,
    f'{{"a": {"9" * 5000}}}',
    '{"a": NaN, "a": 1e999}',
    '{"\\ud800": "\\ud800"}',
    f'{{"{"k" * 9000}": 1}}',
    "a\r\nb\x00\u2028c",
    "\ud800",
    "postgres://u:p/w@h",
    "postgres://u:p@h/s?x=1",
    '{"conn_type": "postgres", "extra": {"x": {"y": 1}}}',
)


@pytest.mark.parametrize("adapter", [CONNECTIONS, VARIABLES], ids=["connections", "variables"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_takes_any_text(adapter: KindAdapter, text: str) -> None:
    for other in HOSTILE:
        for row in part_changes(*adapter.diff(text, other, BACKEND, may_learn=True)):
            # An answer is sent as UTF-8.
            assert f"{row.label}{row.before}{row.after}".encode()
            assert len(row.label) < 200
    assert all(
        row.state == "same"
        for row in part_changes(*adapter.diff(text, text, BACKEND, may_learn=True))
    )


@given(any_text, any_text)
def test_of_variables_is_masked_and_never_fails(before: str, after: str) -> None:
    for row in part_changes(*VARIABLES.diff(before, after, BACKEND, may_learn=True)):
        assert row.masked
        assert all(side is None or HINT.fullmatch(side) for side in (row.before, row.after))


URI = (
    "postgres://u:p%40ss@h:5432/s?__extra__="
    "%7B%22sslmode%22%3A%20%22require%22%2C%20%22own%22%3A%20%5B1%5D%7D"
)
JSON = {
    "conn_type": "postgres",
    "login": "u",
    "password": "p@ss",
    "host": "h",
    "port": 5432,
    "schema": "s",
    "extra": {"own": [1], "sslmode": "require"},
}


def test_of_connections_is_of_what_airflow_reads() -> None:
    assert set(
        told(*CONNECTIONS.diff(URI, json.dumps(JSON), BACKEND, may_learn=True)).values()
    ) == {"same"}


def test_of_connections_tells_a_number_from_its_digits() -> None:
    one, other = (json.dumps(JSON | {"extra": {"own": value}}) for value in (30, "30"))

    assert told(*CONNECTIONS.diff(one, other, BACKEND, may_learn=True))["own"] == "changed"


@pytest.mark.parametrize(
    "unclear", ["postgres://u:radio/active@h", '{"conn_type": "postgres", "password": 5}', "{"]
)
def test_of_connections_takes_what_isn_t_clear_for_one_text(unclear: str) -> None:
    [row] = part_changes(*CONNECTIONS.diff(unclear, json.dumps(JSON), BACKEND, may_learn=True))

    assert (row.label, row.state, row.masked) == ("Stored text", "changed", True)
