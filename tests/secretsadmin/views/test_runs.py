"""The page of a run ... (each test finishes the sentence)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.record import add_line

pytestmark = pytest.mark.usefixtures("secrets_manager")


def run_of(user: str, planned: int = 3) -> UUID:
    """A run that goes on: two of its acts have ended, one of them badly."""
    id_ = uuid4()
    details = {"verb": "import", "planned": planned}
    place = {"user": user, "kind": "variables", "environment": "default", "correlation": str(id_)}
    add_line(act=id_, action="batch.run", begins=True, outcome="started", details=details, **place)
    for key, outcome in (("good", "succeeded"), ("bad", "failed")):
        act = uuid4()
        both = {"action": "variables.create", "secret": key, "act": act, **place}
        add_line(begins=True, outcome="started", **both)
        add_line(outcome=outcome, error="" if key == "good" else "NameTaken", **both)
    return id_


def page(client: Client, id_: UUID, query: str = "") -> str:
    return client.get(f"/default/runs/{id_}/{query}").content.decode()


def test_tells_how_far_it_is(signed_in: As) -> None:
    id_ = run_of("editor")

    html = page(signed_in("editor"), id_)

    assert "Import of 3 variables" in html
    assert "2 of 3 done" in html
    assert 'hx-trigger="every 500ms"' in html
    assert "1 succeeded" in html
    assert "A secret of this name exists already." in html


def test_lists_those_that_ended_alike(signed_in: As) -> None:
    id_ = run_of("editor")

    html = page(signed_in("editor"), id_, "?outcome=failed")

    assert "/variables/detail/bad/" in html
    assert "/variables/detail/good/" not in html


def test_says_when_its_worker_has_died(signed_in: As) -> None:
    id_ = run_of("editor")
    client = signed_in("editor")

    with travel(timezone.now() + timedelta(minutes=5), tick=False):
        html = page(client, id_)

    assert "Its worker was killed" in html
    assert "hx-trigger" not in html.partition('id="run"')[2]


def test_is_nobody_elses_but_whoevers_may_see_the_log(signed_in: As) -> None:
    id_ = run_of("ben")

    assert signed_in("editor").get(f"/default/runs/{id_}/").status_code == 404
    assert "Import of" not in signed_in("editor").get("/default/runs/").content.decode()
    assert signed_in("auditor").get(f"/default/runs/{id_}/").status_code == 200
    assert "Import of" in signed_in("auditor").get("/default/runs/").content.decode()


def test_lets_its_own_person_and_an_admin_stop_it(signed_in: As) -> None:
    for role in ("editor", "admin"):
        id_ = run_of("editor")
        response = signed_in(role).post(f"/default/runs/{id_}/stop/")
        assert response.headers["Location"] == f"/default/runs/{id_}/"
        stop = Event.objects.get(correlation=str(id_), action="batch.stop-run")
        assert stop.user == role

    assert "asked to stop" in page(signed_in("editor"), id_)


def test_asks_aws_for_nothing(signed_in: As, secrets_manager: Emulator) -> None:
    response = signed_in("auditor").get(f"/default/runs/{uuid4()}/")

    assert response.status_code == 404
