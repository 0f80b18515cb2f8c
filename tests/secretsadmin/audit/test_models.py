"""The record is only ever added to, and comes before the act."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from secretsadmin.audit.models import Event, outcomes
from secretsadmin.audit.recording import Act, Actor, NotRecorded, Place, record_denied, recording
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import CONNECTIONS
from secretsadmin.store import errors
from tests.support.broken import refusing, without_table

pytestmark = pytest.mark.django_db
EVE = Actor("eve", "203.0.113.9")


@pytest.fixture
def ref() -> Ref:
    (environment,) = configured_site().environments.values()
    return Ref(environment, CONNECTIONS, "orders")


@pytest.fixture
def event(ref: Ref) -> Event:
    with recording(ref, "open", actor=EVE):
        pass
    return Event.objects.earliest("id")


def copy_of(event: Event) -> Event:
    return Event(
        id=event.id,
        act=event.act,
        outcome=event.outcome,
        at=datetime.now(UTC),
        user="mallory",
        environment="default",
        kind="connections",
        secret="x",
        action="connections.open",
    )


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


# Every column but the id, and the same with another name for whoever did it.
REST = (
    "act, outcome, begins, at, {}, environment, kind, secret, action, reason, fields, version, "
    "previous, request_id, error, correlation, key, mac"
)
COLUMNS, FORGED = REST.format('"user"'), REST.format("'mallory'")
INSERT = f"INSERT INTO audit_event (id, {COLUMNS}) SELECT id, {FORGED} FROM audit_event"  # noqa: S608 - constants.
TAMPERING: dict[str, Callable[[Event], object]] = {
    "update": lambda event: Event.objects.filter(id=event.id).update(user="mallory"),
    "save": lambda event: copy_of(event).save(),
    "delete": lambda event: event.delete(),
    "delete all": lambda _: Event.objects.all().delete(),
    "bulk update": lambda event: Event.objects.bulk_update([copy_of(event)], ["user"]),
    "upsert": lambda event: Event.objects.bulk_create(
        [copy_of(event)],
        update_conflicts=True,
        unique_fields=["act", "outcome"],
        update_fields=["user"],
    ),
    "second end": lambda event: Event.objects.bulk_create([copy_of(event)]),
    "UPDATE": lambda _: run("UPDATE audit_event SET reason = 'none'"),
    "DELETE": lambda _: run("DELETE FROM audit_event"),
    "INSERT": lambda _: run(INSERT),
}
if connection.vendor == "sqlite":
    TAMPERING |= {
        "REPLACE": lambda _: run(INSERT.replace("INSERT", "REPLACE")),
        "REPLACE by act": lambda _: run(
            INSERT.replace("INSERT", "REPLACE").replace("id, act", "act")
        ),
        "UPDATE OR REPLACE": lambda _: run("UPDATE OR REPLACE audit_event SET reason = 'none'"),
    }
else:
    TAMPERING |= {"TRUNCATE": lambda _: run("TRUNCATE audit_event")}


@pytest.mark.parametrize("how", TAMPERING)
def test_is_kept_by_the_database_itself(event: Event, how: str) -> None:
    before = list(Event.objects.order_by("id").values())

    with pytest.raises(DatabaseError), transaction.atomic():
        TAMPERING[how](event)

    assert list(Event.objects.order_by("id").values()) == before


def test_begins_before_the_act_and_ends_after_it(ref: Ref) -> None:
    with recording(
        ref, "update", actor=EVE, reason="moved", act=Act(fields=("host",), previous="v1")
    ) as act:
        (begun,) = Event.objects.all()
        assert (begun.outcome, begun.act, begun.fields) == ("started", act.id, ["host"])
        act.version, act.request_id = "v2", "r1"

    _, end = Event.objects.order_by("id")
    assert (end.outcome, end.user, end.address, end.action) == (
        "succeeded",
        "eve",
        "203.0.113.9",
        "connections.update",
    )
    assert (end.environment, end.kind, end.secret, end.reason) == (
        "default",
        "connections",
        "orders",
        "moved",
    )
    assert (end.previous, end.version, end.request_id, end.act) == ("v1", "v2", "r1", act.id)


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (errors.NotFound("ResourceNotFoundException"), "failed", "ResourceNotFoundException"),
        (errors.NotAllowed("kms:Decrypt"), "denied", "AccessDenied"),
        (errors.Conflict(), "conflict", "Conflict"),
        (errors.Unknown("ReadTimeoutError"), "unknown", "ReadTimeoutError"),
        (errors.PartlySaved("Throttled"), "succeeded", "Throttled"),
        (ValidationError("radioactive"), "failed", "ValidationError"),
        (ValidationError({"password": "radioactive"}), "failed", "ValidationError"),
        (KeyError("radioactive"), "unknown", "KeyError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_tells_how_the_act_ended(ref: Ref, error: Exception, outcome: str, code: str) -> None:
    with pytest.raises(type(error)), recording(ref, "update", actor=EVE):
        raise error

    begun, end = Event.objects.order_by("id")
    assert (begun.outcome, end.outcome, end.error) == ("started", outcome, code)
    assert "radioactive" not in repr(list(Event.objects.values()))


def test_of_a_process_that_dies_ends_where_it_began(ref: Ref) -> None:
    with pytest.raises(SystemExit), recording(ref, "update", actor=EVE):
        raise SystemExit

    assert [event.outcome for event in Event.objects.all()] == ["started"]


@pytest.mark.parametrize("database", ["gone", "refusing"])
def test_that_cannot_be_written_keeps_the_act_from_happening(ref: Ref, database: str) -> None:
    done = []
    broken = (
        without_table("audit_event")
        if database == "gone"
        else refusing('INSERT INTO "audit_event"')
    )

    with broken, pytest.raises(NotRecorded) as raised, recording(ref, "reveal", actor=EVE):
        done.append("reveal")

    assert not done
    assert raised.value.__cause__ is None
    assert not Event.objects.exists()


def test_that_loses_its_end_lets_the_act_stand(ref: Ref) -> None:
    with refusing('INSERT INTO "audit_event"', after=1), recording(ref, "reveal", actor=EVE):
        pass

    assert [event.outcome for event in Event.objects.all()] == ["started"]


def test_holds_refusals(ref: Ref) -> None:
    record_denied(Place.of(ref), "reveal", actor=EVE)

    begun, end = Event.objects.order_by("id")
    assert begun.act == end.act
    assert (begun.outcome, end.outcome, end.error) == ("started", "denied", "role")


def test_takes_what_people_write_whatever_it_is(ref: Ref) -> None:
    reason = "a\x00b\n\u202e💥" + "c" * 2000
    with recording(ref, "update", actor=EVE, reason=reason, act=Act(fields=("extra.a\x00b",))):
        pass

    event = Event.objects.earliest("id")
    assert event.reason.startswith("a\ufffdb\n\u202e💥c")
    assert len(event.reason) == 1000
    assert event.fields == ["extra.a\ufffdb"]


def test_is_asked_for_by_the_end_of_its_acts(ref: Ref) -> None:
    for error in (None, errors.Conflict(), errors.Unknown()):
        try:
            with recording(ref, "update", actor=EVE) as act:
                if error:
                    raise error
        except errors.StoreError:
            assert outcomes([act.id])[act.id].outcome == error.outcome if error else ""
    with pytest.raises(SystemExit), recording(ref, "update", actor=EVE) as lost:
        raise SystemExit

    begun = Event.objects.begun()
    assert begun.count() == 4
    assert outcomes([lost.id, uuid.uuid4()]) == {}
