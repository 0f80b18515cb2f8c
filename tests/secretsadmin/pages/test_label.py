"""The page of labels says where each stands, and what its form will do."""

from dataclasses import replace

from django.http import QueryDict

from secretsadmin.pages.label import LabelForm, LabelPage, ShownLabel
from tests.support.heads import OLD, event, head, version, words_of

LABEL = ShownLabel("tested", version("tested", maker=event()), is_last=True)
FORM = LabelForm(QueryDict(f"label=tested&to={OLD}"))
PAGE = LabelPage(head(), FORM, seen_on="", moved=None, own=(), custom=(), room=3)


def test_says_where_a_label_stands() -> None:
    outside = replace(LABEL, version=version("tested"))

    assert words_of(LABEL.place) == "00000000 · made 1 Mar 2020 by ben"
    assert words_of(outside.place) == "00000000 · made outside 1 Mar 2020"
    assert replace(LABEL, version=None).place == "on no version"


def test_says_what_to_know_of_a_label() -> None:
    assert LABEL.note.startswith("The only label of this version.")
    assert replace(LABEL, is_reserved=True).note.startswith("A name that is kept for AWS")
    assert replace(LABEL, is_last=False).note == ""


def test_attaches_a_label_where_there_is_room() -> None:
    assert (PAGE.form_title, PAGE.button, PAGE.leave_url) == (
        "Attach a label",
        "Attach label",
        "/history/",
    )
    assert (PAGE.room_left, PAGE.lead) == ("room for 3 more", "")
    full = replace(PAGE, room=0)
    assert full.room_left == "no room for another one"
    assert full.lead.startswith("There is no room for another label.")


def test_moves_a_label_and_warns_of_what_it_leaves() -> None:
    page = replace(PAGE, seen_on=OLD, moved=LABEL)

    assert (page.form_title, page.button, page.leave_url) == (
        "Move “tested”",
        "Move label",
        "/label/",
    )
    assert words_of(page.lead) == (
        "It stands on 00000000, as its only label: AWS may remove that version afterwards."
    )
    assert words_of(replace(page, moved=replace(LABEL, is_last=False)).lead) == (
        "It stands on 00000000."
    )


def test_says_where_a_label_stands_that_was_moved_meanwhile() -> None:
    assert words_of(PAGE.overtaken_title) == "“tested” stands on no version now"
    assert words_of(replace(PAGE, seen_on=OLD).overtaken_title) == "“tested” stands on 00000000 now"
    assert PAGE.overtaken_text.endswith("true now, with your input in the form.")
    assert replace(PAGE, head=head(is_deleted=True)).overtaken_text.endswith("is true now.")


def test_offers_the_versions_that_the_form_was_made_with() -> None:
    form = LabelForm(versions=[version("tested", maker=event())], is_moved=True)

    assert "00000000 · 1 Mar 2020 · ben · tested" in str(form["to"])
    assert form["label"].is_hidden


def test_says_why_aws_took_no_such_label_beside_its_name() -> None:
    form = LabelForm(QueryDict(f"label=tested&to={OLD}"), refusal="AWS keeps 20 labels.")

    assert form.errors == {"label": ["AWS keeps 20 labels."]}
