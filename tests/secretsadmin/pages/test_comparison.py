"""A comparison shows its rows in words, and says what follows where none of them differs."""

import pytest

from secretsadmin.diff.fields import WHOLE
from secretsadmin.diff.two_ways import PartChange
from secretsadmin.kinds import CONNECTIONS, VARIABLES, Kind
from secretsadmin.pages.comparison import Pair, Revealing, ShownComparison, comparison
from tests.support.heads import NEW, OLD, head

HOST = PartChange("host", "Host", "changed", masked=False, before="a", after="b\u200b")
PORT = PartChange("port", "Port", "same", masked=False, before="1", after="1")
LOGIN = PartChange("login", "Login", "same", masked=False, before="u", after="u")
PASSWORD = PartChange(
    "password", "Password", "withheld", masked=True, before="hidden", after="hidden"
)
SECRET = PartChange(
    "password", "Password", "changed", masked=True, before="3 characters", after=None
)

STORED_DIFFERENTLY = (
    "Every field that Airflow reads is the same. The texts are stored differently: in form, order, "
    "or in what Airflow passes over."
)


def compared(
    *rows: PartChange,
    kind: Kind = CONNECTIONS,
    is_stored_alike: bool | None = True,
    revealing: Revealing | None = None,
) -> ShownComparison:
    return comparison(
        head(kind).ref, rows, is_stored_alike=is_stored_alike, alike="Alike.", revealing=revealing
    )


def test_shows_both_sides_of_what_differs() -> None:
    (row,) = compared(HOST, PORT).differing

    assert [(side.title, side.text, side.is_dim) for side in row.sides] == [
        ("Before", "a", False),
        ("After", "b[U+200B]", False),
    ]
    assert (row.word, row.icon) == ("changed", "pencil")


def test_says_none_where_a_side_has_no_such_part() -> None:
    (row,) = compared(SECRET).differing

    assert [(side.text, side.is_dim) for side in row.sides] == [
        ("3 characters", True),
        ("none", True),
    ]


def test_does_not_repeat_what_was_typed() -> None:
    typed = PartChange(
        "password", "Password", "typed", masked=True, before="hidden", after="hidden"
    )

    (row,) = compared(typed).differing

    assert (row.word, row.after.text) == ("typed anew", "as you typed it")


@pytest.mark.parametrize(("may_reveal", "url"), [(True, "/reveal/"), (False, "")])
def test_offers_to_show_a_masked_part_of_a_side_that_has_it(may_reveal: bool, url: str) -> None:  # noqa: FBT001 - a case.
    revealing = Revealing("/reveal/", Pair(OLD, NEW), may_reveal, may_show_whole=True)

    (row,) = compared(SECRET, revealing=revealing).differing

    assert row.before.reveal_url == url
    assert row.after.reveal_url == ""
    if url:
        assert (row.before.part, row.before.version) == ("password", OLD)
        assert row.before.reveal_label == "Show Password before"


def test_offers_all_of_a_text_to_those_who_may_have_it() -> None:
    whole = PartChange(
        WHOLE, "All", "changed", masked=True, before="3 characters", after="4 characters"
    )
    revealing = Revealing("/reveal/", Pair(OLD, NEW), may_reveal=True, may_show_whole=False)

    (row,) = compared(whole, revealing=revealing).differing

    assert [side.reveal_url for side in row.sides] == ["", ""]


@pytest.mark.parametrize(
    ("shown", "title", "verdict"),
    [
        (compared(HOST), "1 difference", ""),
        (compared(HOST, SECRET), "2 differences", ""),
        (compared(PORT), "No difference", "Alike."),
        (
            compared(PORT, is_stored_alike=False),
            "No difference",
            STORED_DIFFERENTLY,
        ),
        (
            compared(PORT, kind=VARIABLES, is_stored_alike=False),
            "No difference",
            "Every part is the same. The texts differ in white space or order alone.",
        ),
        (compared(PORT, is_stored_alike=None), "No difference", "Every field is the same."),
        (
            compared(PORT, PASSWORD, is_stored_alike=None),
            "No difference that you may see",
            "Every field that you may see is the same.",
        ),
        (compared(PASSWORD, is_stored_alike=None), "No difference that you may see", ""),
    ],
)
def test_says_what_follows(shown: ShownComparison, title: str, verdict: str) -> None:
    assert (shown.title, shown.verdict) == (title, verdict)


def test_counts_what_is_the_same() -> None:
    assert compared(PORT).same_title == "1 field is the same"
    assert compared(PORT, LOGIN, kind=VARIABLES).same_title == "2 parts are the same"


def test_names_what_is_withheld_and_who_is_told() -> None:
    shown = compared(PASSWORD, PartChange("x", "<x>", "withheld", masked=True))

    assert shown.withheld_labels == "<strong>Password</strong>, <strong>&lt;x&gt;</strong>"
    assert shown.who_may_reveal == "editors and admins"
