"""A mix of two objects ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secretsadmin.diff.fields import key_in_a_form
from secretsadmin.diff.json_parts import spell_key
from variables.merge import by_key, merge

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
objects = st.dictionaries(
    st.sampled_from(["a", "b", "c d", "e.f", "\u202e", ""]) | text,
    st.none() | st.booleans() | st.integers() | text | st.lists(st.integers(), max_size=2),
    max_size=5,
)
styles = st.sampled_from(
    [{"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {}, {"ensure_ascii": False}]
)


def in_strict(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(objects, objects, styles, styles, st.data())
def test_has_each_key_from_the_one_that_was_chosen(
    mine: dict[str, Any],
    theirs: dict[str, Any],
    style: dict[str, Any],
    other: dict[str, Any],
    data: st.DataObject,
) -> None:
    stay = set(data.draw(st.lists(st.sampled_from(sorted({*mine, *theirs, "none"})))))
    names = {key_in_a_form(spell_key(key)) for key in stay}

    found = json.loads(merge(json.dumps(mine, **style), json.dumps(theirs, **other), names))

    expected = {key: mine[key] for key in mine if key not in stay} | {
        key: theirs[key] for key in theirs if key in stay
    }
    assert in_strict(found) == in_strict(expected)
    if in_strict(found) not in (in_strict(mine), in_strict(theirs)):
        assert list(found) == [
            key for key in (*theirs, *(key for key in mine if key not in theirs)) if key in expected
        ]


@given(objects, objects, styles, styles)
def test_of_one_alone_is_its_text(
    mine: dict[str, Any], theirs: dict[str, Any], style: dict[str, Any], other: dict[str, Any]
) -> None:
    assume(in_strict(mine) != in_strict(theirs))
    one, two = f" {json.dumps(mine, **style)}\n", json.dumps(theirs, **other)

    assert merge(one, two, set()) == one
    assert merge(one, two, {key_in_a_form(spell_key(key)) for key in (*mine, *theirs)}) == two


@pytest.mark.parametrize(
    "style",
    [
        '{\n  "a": 1,\n  "b": [\n    1\n  ]\n}\n',
        '{\n\t"a": 1,\n\t"b": [\n\t\t1\n\t]\n}',
        '{"a":1,"b":[1]}',
        '{"a": 1, "b": [1]}\n\n',
        '{\r\n  "a": 1,\r\n  "b": [\r\n    1\r\n  ]\r\n}\r\n',
    ],
)
def test_is_written_in_my_style(style: str) -> None:
    theirs = style.replace("1", "2").replace("\r", "").replace("\n", "").replace("\t", "")

    assert merge(style, theirs, {"a"}) == style.replace('"a": 1', '"a": 2').replace(
        '"a":1', '"a":2'
    )


@pytest.mark.parametrize(
    "text", ["1", "[1]", "{", '{"a": 1, "a": 1}', '{"a": 1.50}', '{"a": NaN}', '{"a": "\\udc00"}']
)
def test_is_not_made_of_what_can_not_be_written_anew(text: str) -> None:
    assert by_key(("{}", text)) is None
    with pytest.raises(ValueError, match=r"\w"):
        merge("{}", text, {"a"})


def test_is_not_offered_for_too_many_keys_or_too_deep_ones() -> None:
    assert by_key((json.dumps(dict.fromkeys(map(str, range(500)))), "{}")) is None
    assert by_key(("{}", '{"a":' * 5000 + "1" + "}" * 5000)) is None
