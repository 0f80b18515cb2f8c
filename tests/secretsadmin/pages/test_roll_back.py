"""The page of a roll back says what is known of the version, and whether Airflow can read it."""

from dataclasses import replace

import pytest

from secretsadmin.audit.standing import Finding
from secretsadmin.kinds import UNREADABLE, VARIABLES
from secretsadmin.pages.overtaking import ShownConflict
from secretsadmin.pages.roll_back import RollBackForm, RollBackPage, checked, format_name
from secretsadmin.pages.version import ShownVersion
from tests.support.heads import AT, NEW, event, head, version, words_of

MADE = version("AWSPREVIOUS", maker=event(holds=["host", "password"]))
PAGE = RollBackPage(head(), RollBackForm(), MADE, compares=None)


def test_lists_what_is_known() -> None:
    facts = {fact.label: words_of(fact.text) for fact in PAGE.facts}

    assert list(facts) == ["Of", "Version", "Made", "Checked", "How", "Form", "Fields"]
    assert facts["Made"] == "1 Mar 2020 by ben"
    assert facts["How"] == "ben changed host"
    assert (facts["Form"], facts["Fields"]) == ("JSON", "host, password")


def test_leaves_out_what_is_not_known() -> None:
    facts = [fact.label for fact in replace(PAGE, version=version()).facts]

    assert facts == ["Of", "Version", "Made", "Checked", "How"]
    assert "Fields" not in [fact.label for fact in replace(PAGE, head=head(VARIABLES)).facts]


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (MADE, "Yes: when it was saved, all of Airflow’s readers read it back as it was meant."),
        (version(), "No. Whether Airflow can read it isn’t known."),
        (version(maker=event(format=None)), "Not noted when it was saved."),
        (
            version(maker=event(outcome="conflict")),
            "It is what was left of a save that didn’t go through.",
        ),
        (
            replace(MADE, finding=Finding(1, "", AT)),
            "Yes: when somebody was shown it 1 Mar 2020, Airflow could read it.",
        ),
        (
            replace(MADE, finding=Finding(1, UNREADABLE, AT)),
            "Airflow cannot read it. So it was found when somebody was shown it 1 Mar 2020.",
        ),
    ],
)
def test_says_whether_airflow_can_read_it(shown: ShownVersion, sentence: str) -> None:
    assert words_of(checked(shown)) == sentence


def test_calls_a_text_plain() -> None:
    assert format_name(version(maker=event(format="text"))) == "Plain text"


def test_says_who_was_faster_and_offers_the_roll_back_all_the_same() -> None:
    conflict = ShownConflict(NEW, by="", when=AT, fields=("host", "port"))
    page = replace(PAGE, conflict=conflict)

    assert words_of(page.conflict_title) == (
        "Somebody made another version current 1 Mar 2020, while you were here"
    )
    assert page.conflict_text == "Nothing was rolled back. What changed: host, port."
    assert page.button == "Roll back all the same, to this version"
    assert PAGE.button == "Roll back to this version"
