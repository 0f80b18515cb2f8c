"""The page of a secret says in words what is shown on it, and why something isn't."""

from dataclasses import replace
from datetime import timedelta

import pytest

from secretsadmin.audit.deletions import Deletion
from secretsadmin.kinds import Copy, Field, Opened, Reading
from secretsadmin.pages import shown
from secretsadmin.pages.detail import DetailPage
from tests.support.heads import AT, OLD, event, head, version, words_of

BROKEN = shown.value(Opened((), (Reading(error="It isn't JSON."),)), 0, "")
OPENED = shown.value(Opened((Field("host", "Host", "h", masked=False),), format="JSON"), 1, "")
PAGE = DetailPage(head(), version="", old=None, copies=(Copy("uri", "URI", "For Airflow 2."),))
LATER = AT + timedelta(days=30)


def test_says_how_the_opened_value_is_stored() -> None:
    withheld = replace(OPENED, size=None, stored_format="")

    assert PAGE.summary == "Postgres"
    assert replace(PAGE, opened=OPENED).summary == "Postgres · stored as JSON, 1 byte"
    assert replace(PAGE, opened=withheld).summary == "Postgres · stored as text"
    assert replace(PAGE, opened=BROKEN).summary == ""


def test_offers_an_edit_of_what_can_not_be_read_with_as_much_as_it_shows() -> None:
    page = replace(PAGE, opened=BROKEN)

    assert page.mending.startswith("to see what is wrong, the stored text, and a proposal")
    assert replace(page, head=head(copy=False)).mending == "to see what is wrong."
    assert replace(page, head=head(update=False)).mending == ""
    assert replace(page, old=version()).mending == ""
    assert replace(PAGE, opened=OPENED).mending == ""


def test_offers_copies_of_the_current_version_to_those_who_may_copy() -> None:
    assert PAGE.offers_copies
    assert PAGE.copies_note == (
        "Each copy holds every secret of this connection. The audit log notes who took it. "
        "For Airflow 2."
    )
    for page in (
        replace(PAGE, copies=()),
        replace(PAGE, old=version()),
        replace(PAGE, head=head(copy=False)),
        replace(PAGE, head=head(is_deleted=True)),
    ):
        assert not page.offers_copies


@pytest.mark.parametrize(
    ("deletion", "title", "story"),
    [
        (
            Deletion(LATER, LATER, AT, "ben", "no <use>"),
            "on 31 March 2020.",
            "ben asked for it 1 Mar 2020: “no <use>”",
        ),
        (Deletion(LATER, LATER, AT, "ben"), "on 31 March 2020.", "ben asked for it 1 Mar 2020."),
        (
            Deletion(AT, LATER, AT),
            "between 1 March 2020 and 31 March 2020.",
            "Somebody asked for it outside the dashboard 1 Mar 2020.",
        ),
        (
            Deletion(LATER, LATER),
            "on 31 March 2020.",
            "Somebody asked for it outside the dashboard.",
        ),
    ],
)
def test_says_when_a_deletion_takes_place_and_who_asked(
    deletion: Deletion, title: str, story: str
) -> None:
    page = replace(PAGE, deletion=deletion)

    assert page.deletion_title.endswith(f"it is scheduled for deletion {title}")
    assert words_of(page.deletion_story) == story


def test_says_which_version_is_looked_at() -> None:
    outside = replace(PAGE, version=OLD, old=version())
    here = replace(PAGE, version=OLD, old=version(maker=event()))

    assert outside.old_origin == "Made outside the dashboard."
    assert words_of(here.old_origin) == "ben changed host · 1 Mar 2020"
    assert here.looks_url == f"/detail/?version={OLD}&looks=1"
    assert (PAGE.readings_title, here.readings_title) == (
        "What Airflow reads",
        "What Airflow would read",
    )


def test_holds_no_value_of_a_field_that_is_masked() -> None:
    secret = Field("password", "Password", "radioactive")

    field = shown.masked(secret, "/reveal/", version=OLD)

    assert "radioactive" not in str(vars(field))
    assert (field.text, field.is_dim, field.can_be_copied) == ("11 characters", True, True)
    assert not shown.masked(secret, "").can_be_copied


def test_says_none_of_a_field_that_is_empty() -> None:
    field = shown.masked(Field("host", "Host", None, masked=False), "/reveal/")

    assert (field.text, field.is_dim, field.can_be_copied) == ("none", True, False)


def test_names_the_readers_where_they_differ() -> None:
    one, other = Reading("all processes"), Reading("Airflow 3", error="No.", differs=True)

    (only,) = shown.readings((one,))
    first, second = shown.readings((one, other))

    assert (only.heading, only.difference) == ("", "")
    assert (first.heading, second.heading) == ("All processes", "Airflow 3")
    assert second.difference == "can’t read it"
    assert replace(second, error="").difference == "read it differently"
