"""The id of a request ... (each test finishes the sentence)."""

import json
import logging

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.broken import refusing
from tests.support.canaries import collecting


def test_ties_the_answer_and_the_record_together(two_environments: Emulator, as_role: As) -> None:
    editor = as_role("editor")
    answers = []
    for key in ("a", "b"):
        answers.append(editor.post("/dev/variables/create/", {"key": key, "value": "x"}))

    for key, answer in zip(("a", "b"), answers, strict=True):
        ids = Event.objects.filter(secret=key).values_list("correlation", flat=True)
        assert list(ids) == [answer["X-Request-ID"]] * 2
    assert answers[0]["X-Request-ID"] != answers[1]["X-Request-ID"]


def test_is_in_the_log(two_environments: Emulator, as_role: As) -> None:
    editor = as_role("editor")
    with refusing('INSERT INTO "audit_event"'), collecting() as logged:
        answer = editor.post("/dev/variables/create/", {"key": "x", "value": "x"})

    lines = [json.loads(line) for line in logged.written.getvalue().splitlines()]
    told = [line["request"] for line in lines if "takes no record" in line["event"]]
    assert told == [answer["X-Request-ID"]]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/login/", "/none", "/static/x"])
@pytest.mark.django_db
def test_is_on_every_answer_and_nobody_elses_choice(client: Client, path: str) -> None:
    answer = client.get(path, headers={"X-Request-ID": "mine"})

    assert len(answer["X-Request-ID"]) == 36


def test_belongs_to_no_line_outside_of_a_request() -> None:
    with collecting() as logged:
        logging.getLogger("secretsadmin").info("alone")

    assert "request" not in json.loads(logged.written.getvalue().splitlines()[-1])
