"""Comparing three ways tells who changed which part, and never what stands in a masked one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsadmin.diff.fields import Fields, key_in_a_form
from secretsadmin.diff.three_ways import Choice, find_choices
from secretsadmin.kinds import Field

# No label and no length holds one of these letters.
values = st.dictionaries(
    st.sampled_from("abcde"), st.text("ΑΒΓ", min_size=1, max_size=2), max_size=5
)


def side(of: dict[str, str], *, masked: bool = False) -> Fields:
    return tuple(Field(name, name.upper(), value, masked) for name, value in of.items())


def told(
    base: dict[str, str] | None, theirs: dict[str, str], mine: dict[str, str], **more: set[str]
) -> dict[str, str]:
    own = side(mine)
    there = None if base is None else side(base)
    return {
        each.name: each.state
        for each in find_choices(there, side(theirs), own, laid_over=own, **more)
    }


def test_says_who_changed_what() -> None:
    base = {
        "left": "1",
        "mine": "1",
        "theirs": "1",
        "alike": "1",
        "both": "1",
        "gone": "1",
        "taken": "1",
    }
    theirs = {
        "left": "1",
        "mine": "1",
        "theirs": "2",
        "alike": "2",
        "both": "2",
        "taken": "1",
        "new": "2",
    }
    mine = {
        "left": "1",
        "mine": "3",
        "theirs": "1",
        "alike": "2",
        "both": "3",
        "gone": "1",
        "own": "3",
    }

    assert told(base, theirs, mine) == {
        "mine": "mine",
        "theirs": "theirs",
        "alike": "alike",
        "both": "both",
        "gone": "theirs",
        "taken": "mine",
        "new": "theirs",
        "own": "mine",
    }


def test_asks_only_about_what_both_changed() -> None:
    base, theirs, mine = (
        {"a": "1", "b": "1"},
        {"a": "2", "b": "1", "c": "2"},
        {"a": "1", "b": "3", "c": "3"},
    )

    found = find_choices(side(base), side(theirs), side(mine), laid_over=side(mine))

    assert {each.name: each.default for each in found} == {"a": "theirs", "b": "mine", "c": ""}


def test_leaves_nothing_to_choose_where_the_input_keeps_what_is_there() -> None:
    [choice] = find_choices(
        side({"a": "1"}), side({"a": "2"}), side({"a": "1"}), laid_over=side({"a": "2"})
    )

    assert (choice.state, choice.is_open, choice.base, choice.theirs, choice.mine) == (
        "theirs",
        False,
        "1",
        "2",
        "1",
    )


def test_shows_for_mine_what_a_choice_for_it_would_store() -> None:
    [choice] = find_choices(
        side({"a": "1"}), side({"a": "2"}), side({"a": "3"}), laid_over=side({"a": "4"})
    )

    assert (choice.mine, choice.is_open) == ("4", True)


@pytest.mark.parametrize("mine", ["1", "2", "3"])
def test_takes_what_was_typed_for_a_change_whatever_it_is(mine: str) -> None:
    assert told({"a": "1"}, {"a": "2"}, {"a": mine}, typed={"a"}) == {"a": "both"}
    assert told({"a": "1"}, {"a": "1"}, {"a": mine}, typed={"a"}) == {"a": "mine"}


def test_without_a_beginning_takes_whatever_differs_for_mine_unless_it_was_left_alone() -> None:
    theirs, mine = {"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "c": "2"}

    assert told(None, theirs, mine, left_alone={"c"}) == {"b": "both", "c": "theirs"}


@given(values, values, values)
def test_of_every_part_that_anybody_changed(
    base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]
) -> None:
    sides = [side(each, masked=True) for each in (base, theirs, mine)]
    found = find_choices(*sides, laid_over=sides[2])

    names = {*base, *theirs, *mine}
    changed = {name for name in names if len({side.get(name) for side in (base, theirs, mine)}) > 1}
    assert {each.name for each in found} == changed
    assert len(found) == len(changed)
    for each in found:
        assert each.is_open == (theirs.get(each.name) != mine.get(each.name))
        assert each.state == _expected(each, base, theirs, mine)
        assert not set("ΑΒΓ") & set(f"{each.base}{each.theirs}{each.mine}")
        assert not set("ΑΒΓ") & set(repr(each))


def _expected(
    choice: Choice, base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]
) -> str:
    was, there, own = (side.get(choice.name) for side in (base, theirs, mine))
    if there == own:
        return "alike"
    return "mine" if there == was else "theirs" if own == was else "both"


@given(st.text(), st.text())
def test_calls_a_part_in_a_form_what_a_page_can_send_back(one: str, other: str) -> None:
    names = (f"extra.{one}", f"extra.{other}")
    keys = [key_in_a_form(name) for name in names]

    assert (keys[0] == keys[1]) == (one == other)
    assert all(key.isprintable() for key in keys)
    key_in_a_form(names[0]).encode()
