"""The command iam_policy ... (each test finishes the sentence)."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.conftest import use


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    use(settings, "http://127.0.0.1:9", variables_prefix="")


def run(*arguments: str) -> tuple[str, str]:
    out, notes = StringIO(), StringIO()
    call_command("iam_policy", *arguments, stdout=out, stderr=notes)
    return out.getvalue(), notes.getvalue()


def test_prints_json_that_iam_takes_and_notes_beside_it() -> None:
    out, notes = run("default", "--for", "airflow")

    assert json.loads(out)["Statement"][0]["Resource"] == [
        "arn:aws:secretsmanager:eu-central-1:ACCOUNT-ID:secret:*"
    ]
    assert "variables_prefix is empty" in notes
    assert "in place of ACCOUNT-ID" in notes


def test_takes_an_account_and_a_partition() -> None:
    out, notes = run(
        "default", "--for", "full", "--account", "210987654321", "--partition", "aws-cn"
    )

    assert "arn:aws-cn:secretsmanager:eu-central-1:210987654321:secret:*" in out
    assert "ACCOUNT" not in out + notes


def test_prints_terraform() -> None:
    out, _ = run("default", "--for", "editor", "--terraform")

    assert 'data "aws_iam_policy_document" "default_editor" {' in out


def test_adds_cloudtrail_where_asked_to() -> None:
    assert "cloudtrail:LookupEvents" in run("default", "--for", "full", "--cloudtrail")[0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nowhere", "--for", "full"), "There is no environment 'nowhere'. There are default."),
        (("default", "--for", "full", "--account", "12"), "twelve digits"),
        (("default", "--for", "full", "--partition", "*"), "partition"),
        (("default", "--for", "viewer", "--cloudtrail"), "--for full alone"),
        (("default", "--for", "nobody"), "invalid choice"),
        (("default",), "--for"),
    ],
)
def test_says_what_it_can_not_work_with(arguments: tuple[str, ...], error: str) -> None:
    with pytest.raises(CommandError, match=error):
        run(*arguments)
