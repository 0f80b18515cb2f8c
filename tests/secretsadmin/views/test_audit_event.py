"""The full record of an act ... (each test finishes the sentence)."""

import re
from uuid import uuid4

import pytest

from secretsadmin.audit.models import Event
from tests.secretsadmin.conftest import As
from tests.support.record import add_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
REQUEST = re.compile(rb"[0-9a-f-]{36}|csrfmiddlewaretoken[^>]*>")


def url(event: Event) -> str:
    return f"/audit/event/{event.act}/"


def test_has_every_column_of_every_line(as_role: As) -> None:
    start = add_line(
        environment="prod",
        outcome="started",
        reason="Because <b>",
        address="10.0.0.7",
        correlation="c" * 36,
    )
    end = add_line(
        environment="prod",
        act=start.act,
        outcome="failed",
        error="ThrottlingException",
        fields=["host"],
        holds=["host", "login"],
        version="v" * 32,
        previous="p" * 32,
        request_id="aws-1",
        count=3,
        refusal=None,
        details={"who": "arn:aws:iam::1:role/x"},
    )

    page = as_role("auditor").get(url(start)).content.decode()

    for column in ("mac", "key", "version", "previous", "request_id", "error", "action"):
        assert f">{getattr(end, column)}<" in page.replace("<span", "<"), column
    for text in (
        *(f"Line {start.pk}: started", f"Line {end.pk}: failed", start.mac, "10.0.0.7"),
        *("Because &lt;b&gt;", "host, login", "arn:aws:iam::1:role/x"),
        "takes no more requests from this account right now",
        f'href="/audit/?request={"c" * 36}"',
        'href="/prod/connections/detail/orders/"',
        'href="/audit/person/ben/"',
        'href="/audit/?environment=prod&amp;kind=connections&amp;secret=orders"',
    ):
        assert text in page


@pytest.mark.parametrize(
    ("columns", "readers"),
    [
        ({"user": "ben", "environment": "dev"}, "admin auditor superuser"),
        ({"user": "editor", "environment": "dev"}, "editor admin auditor superuser"),
        ({"user": "editor", "environment": ""}, "editor admin auditor superuser"),
        ({"user": "", "environment": "prod"}, "admin auditor superuser"),
        ({"user": "", "environment": "", "kind": ""}, "admin auditor superuser"),
        ({"user": "ben", "environment": "gone"}, "admin auditor superuser"),
    ],
)
def test_is_for_whoever_may_read_the_act(
    as_role: As, columns: dict[str, str], readers: str
) -> None:
    event = add_line(begins=True, **columns)
    roles = ("viewer", "editor", "admin", "auditor", "superuser")

    reading = [role for role in roles if as_role(role).get(url(event)).status_code == 200]

    assert reading == readers.split()


def test_is_not_there_as_one_that_never_was(as_role: As) -> None:
    viewer, theirs = as_role("viewer"), add_line(begins=True, environment="prod")

    hidden, missing = viewer.get(url(theirs)), viewer.get(f"/audit/event/{uuid4()}/")

    assert hidden.status_code == missing.status_code == 404
    assert REQUEST.sub(b"", hidden.content) == REQUEST.sub(b"", missing.content)


def test_of_a_site_wide_act_names_no_secret(as_role: As) -> None:
    event = add_line(begins=True, action="session.sign-in", environment="", kind="", secret="")

    page = as_role("auditor").get(url(event)).content.decode()

    assert "signed in" in page
    assert "Everything done to it" not in page
