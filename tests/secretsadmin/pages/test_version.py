"""A version says who made it and whether Airflow reads it, and leads on where somebody may go."""

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.audit.standing import Finding
from secretsadmin.kinds import UNREADABLE
from secretsadmin.pages.version import VersionUrls, shown_version
from secretsadmin.store.reads import Version
from tests.support.heads import AT, OLD, event, head, version


@pytest.mark.parametrize(
    ("maker", "sentence"),
    [
        (event(), "ben changed host"),
        (event(fields=[]), "ben changed nothing"),
        (event("create", fields=["host", "port"]), "ben created it with host, port"),
        (event(outcome="conflict"), "ben tried to change host, and somebody else was faster"),
        (event(outcome="failed"), "ben tried to change host, and AWS didn't make it the current"),
        (event(outcome="started"), "ben began to save it, and how that ended isn't recorded"),
    ],
)
def test_says_who_made_it_and_how_that_ended(maker: Event, sentence: str) -> None:
    shown = version(maker=maker)

    assert shown.sentence.startswith(sentence)
    assert shown.origin == shown.sentence
    assert shown.made.startswith(f"{shown.sentence} · <time ".replace("'", "&#x27;"))


def test_quotes_the_reason_without_letting_it_be_html() -> None:
    made = version(maker=event(reason="<b> \u202e")).made

    assert made.endswith(" · <bdi>“&lt;b&gt; [U+202E]”</bdi>")


def test_of_nobody_here_is_called_made_outside() -> None:
    shown = version()

    assert shown.origin == "Made outside the dashboard"
    assert (shown.sentence, shown.by) == ("", "")
    assert [(badge.text, badge.tone) for badge in shown.badges] == [
        ("made outside the dashboard", "caution"),
        ("AWS may remove it", "neutral"),
    ]


def test_shows_its_labels_but_for_the_mark_of_a_candidate() -> None:
    shown = version("AWSCURRENT", "SECRETSADMIN", "tested\u200b", maker=event())

    assert [(badge.text, badge.tone) for badge in shown.badges] == [
        ("AWSCURRENT", "ok"),
        ("tested[U+200B]", "neutral"),
    ]


def test_tells_what_was_found_in_it_and_when() -> None:
    found = shown_version(Version(OLD, (), AT), None, head(), Finding(1, UNREADABLE, AT))

    assert found.trouble == "Airflow cannot read it"
    assert found.found_trouble.startswith(
        "Airflow cannot read it. So it was found when somebody was shown it <time "
    )
    assert not found.is_readable
    assert version().found_trouble == ""


def test_leads_everywhere_but_where_the_person_may_not_go() -> None:
    urls = version(of=head(roll_back=False)).urls

    assert urls.look == f"/detail/?version={OLD}"
    assert urls.compare == f"/compare/?one={OLD}"
    assert urls.label == f"/label/?version={OLD}"
    assert urls.roll_back == ""


def test_that_is_current_or_waits_for_its_deletion_leads_to_less() -> None:
    assert version("AWSCURRENT").urls == VersionUrls(label=f"/label/?version={OLD}")
    assert version(of=head(is_deleted=True)).urls == VersionUrls()
