"""A variable."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsadmin.kinds import MAX_BYTES
from variables.variable import JsonProblem, Variable


def test_shows_no_value_in_its_repr() -> None:
    assert repr(Variable("hunter2")) == "Variable()"


def test_keeps_its_text_as_it_is() -> None:
    assert Variable(" a\r\n\n").text == " a\r\n\n"


def test_counts_its_bytes() -> None:
    assert Variable("aü😀").size == 7


@pytest.mark.parametrize("text", ["x", "x" * MAX_BYTES, "ü" * (MAX_BYTES // 2), " ", "\n"])
def test_fits_into_secrets_manager(text: str) -> None:
    assert Variable(text).limit_problem is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no empty value"),
        ("x" * (MAX_BYTES + 1), "65,537 bytes"),
        ("ü" * (MAX_BYTES // 2) + "x", "65,537 bytes"),
        ("x\ud800", "surrogate"),
    ],
)
def test_says_why_it_does_not_fit(text: str, problem: str) -> None:
    assert problem in str(Variable(text).limit_problem)


@pytest.mark.parametrize("text", ['{"a": [1, NaN]}', " [1]\n", '"x"', "{}"])
def test_has_no_problem_with_json(text: str) -> None:
    assert Variable(text).looks_like_json
    assert Variable(text).json_problem is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "plain", "true", "5", "01", "a: {b}", "s3://bucket"),
        *(
            "{{ ds }}",
            "{% if a %}1{% endif %}",
            "{# note #}",
            "{name} has failed",
            "[default]\nregion = x",
            "[INFO] up",
        ),
        *('"x', '"Hello," she said', '"a" and "b"', "'{}'"),
    ],
)
def test_has_no_problem_with_text_that_nobody_takes_for_json(text: str) -> None:
    assert not Variable(text).looks_like_json
    assert Variable(text).json_problem is None


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("{'a': 1}", 1, 2),
        ('{\n  "a": 1,\n}', 3, 1),
        ('["a",\n "b" "c"]', 2, 6),
        ("[1, 2", 1, 6),
        ("{a: 1}", 1, 2),
        ("['a']", 1, 2),
        ("[", 1, 2),
        ('\ufeff{"a": 1}', 1, 1),
        ('\u00a0{"a": 1}', 1, 1),
    ],
)
def test_says_where_it_stops_being_json(text: str, line: int, column: int) -> None:
    problem = Variable(text).json_problem

    assert problem == JsonProblem(line, column)
    assert f"line {line}, column {column}" in str(problem)


@pytest.mark.parametrize("text", ["[" + "9" * 5_000 + "]", "[" * 100_000 + "]" * 100_000])
def test_says_that_json_cannot_be_parsed_although_no_place_is_wrong(text: str) -> None:
    assert Variable(text).json_problem == JsonProblem(None, None)
    assert "too deep" in str(Variable(text).json_problem)


@pytest.mark.parametrize(
    ("text", "pretty"),
    [
        ('{"a":1,"b":[true, null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'),
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'),
        (
            "[1.0, 1e5, -0, 123456789012345678901]",
            "[\n  1.0,\n  1e5,\n  -0,\n  123456789012345678901\n]",
        ),
        ('["\\u00e9\\"{,:} ", "é"]', '[\n  "\\u00e9\\"{,:} ",\n  "é"\n]'),
        ('{"a":{},"b":[ ]}', '{\n  "a": {},\n  "b": []\n}'),
        (" {}\n", "{}"),
    ],
)
def test_changes_nothing_but_white_space_when_its_json_is_formatted(text: str, pretty: str) -> None:
    assert Variable(text).pretty == pretty
    assert Variable(pretty).pretty is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "plain", "5", "[1, 2", "{}", "[]", '"x"', "{{ ds }}"),
        "[" * 500 + ",".join("1" * 30_000) + "]" * 500,
    ],
)
def test_is_not_formatted_where_that_is_nothing_else_or_too_long(text: str) -> None:
    assert Variable(text).pretty is None


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_is_formatted_as_python_formats_json(value: object) -> None:
    text = json.dumps(value, separators=(",", ":"))
    variable = Variable(text)
    expected = json.dumps(value, indent=2)

    assert variable.pretty == (expected if variable.is_json and expected != text else None)


@settings(max_examples=200)
@given(st.text(st.characters() | st.sampled_from('{}[]",:\ud800\ufeff')))
def test_can_be_any_text(text: str) -> None:
    variable = Variable(text)

    assert variable.json_problem is None or variable.looks_like_json
