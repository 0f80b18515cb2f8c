"""Somebody who was signed out reads ... (each test finishes the sentence)."""

import pytest

from secretsadmin.pages.signed_out import SignedOutPage


def page(*, is_signed_in: bool, is_form: bool = False, is_too_long: bool = False) -> SignedOutPage:
    return SignedOutPage(is_signed_in, is_form, is_too_long, "/")


def test_that_a_form_was_not_taken_and_why() -> None:
    signed_in = page(is_signed_in=True, is_form=True)
    signed_out = page(is_signed_in=False, is_form=True)

    assert signed_in.heading == signed_out.heading == "Nothing was done yet"
    assert signed_in.lead.startswith("Somebody signed in after the page was opened")
    assert signed_out.lead == (
        "The session has ended. What you typed is kept in this page for as long as it is open."
    )


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_that_too_long_a_form_is_not_kept(is_signed_in: bool) -> None:  # noqa: FBT001 - a case.
    too_long = page(is_signed_in=is_signed_in, is_too_long=True)

    assert too_long.heading == too_long.title
    assert too_long.lead.startswith("Nothing was done. What was sent is longer than any form takes")


def test_where_to_go_on() -> None:
    assert page(is_signed_in=True).lead.startswith("Go back to the tab that you came from.")
    assert page(is_signed_in=False).lead == ""


def test_how_things_stand() -> None:
    signed_in, signed_out = page(is_signed_in=True), page(is_signed_in=False)

    assert (signed_in.title, signed_in.tone) == ("You are signed in", "info")
    assert (signed_out.title, signed_out.tone) == ("You are signed out", "caution")
    assert signed_out.sign_in_url == "/login/?next=/login/state/"
