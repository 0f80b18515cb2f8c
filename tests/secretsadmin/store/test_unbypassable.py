"""Nothing that shows or changes a secret reaches AWS without its record, whoever asks for it."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import Session
from django.db import connection

from secretsadmin import store
from secretsadmin.audit.recording import NOBODY, Act, NotRecorded, recording
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Field
from secretsadmin.store import (
    aftermath,
    aws,
    errors,
    labels,
    listing,
    reads,
    reconciling,
    stages,
    tags,
    trail,
    writes,
)
from secretsadmin.store.reads import CURRENT
from secretsadmin.store.tags import TagChange
from tests.secretsadmin.store.acts import ANNA, create, default, save
from tests.support.faults import FaultProxy
from tests.support.record import add_line

Use = Callable[[Ref, str], object]


def judge(ref: Ref, version: str) -> object:
    line = add_line(secret=ref.key, kind=ref.kind.name, outcome="started")
    return aftermath.verdict(line, line, ref, datetime.now(UTC))


# Each function of the store that is given a secret, and a use of it: those that show or change
# something, and those that only ask for metadata or remember it.
RECORDED: dict[str, Use] = {
    "writes.create": lambda ref, _: create(ref),
    "writes.update": save,
    "writes.roll_back": lambda ref, version: writes.roll_back(
        ref, to="a" * 32, version=version, actor=ANNA
    ),
    "writes.schedule_deletion": lambda ref, _: writes.schedule_deletion(ref, days=7, actor=ANNA),
    "writes.restore": lambda ref, _: writes.restore(ref, actor=ANNA),
    "labels.label": lambda ref, version: labels.label(
        ref, label="tested", to=version, version="", actor=ANNA
    ),
    "tags.tag": lambda ref, _: tags.tag(
        ref, change=TagChange({"owner": "dwh"}), before={}, actor=ANNA
    ),
    "reads.reveal": lambda ref, _: reads.reveal(ref, "reveal", actor=ANNA),
    "reads.disclose": lambda ref, _: reads.disclose(
        ref, "reveal", lambda text: Field("value", "Value", text), actor=ANNA, part_name="value"
    ),
    "reads.hand_on": lambda ref, version: reads.hand_on(
        ref, "promote", str, actor=ANNA, version=version
    ),
    "trail.ask": lambda ref, version: trail.ask(
        ref, trail.about_version(version, datetime.now(UTC)), actor=ANNA
    ),
}
WITHIN_AN_ACT: dict[str, Use] = {
    "reads.fetch": lambda ref, _: reads.fetch(ref, Act()),
    "stages.move": lambda ref, version: stages.move(
        ref, Act(), CURRENT, to="a" * 32, version=version, has_moved=lambda: None
    ),
}
METADATA: dict[str, Use] = {
    "reads.describe": lambda ref, _: reads.describe(ref),
    "aftermath.verdict": judge,
    # There is no label here that it would take off, in an act of its own.
    "reconciling.withdraw": reconciling.withdraw,
    "reads.versions": lambda ref, _: reads.versions(ref),
    "reads.secret_from": lambda ref, _: reads.secret_from(ref, {}),
    "labels.check_room": lambda ref, _: labels.check_room(ref, "tested"),
    "listing.find": lambda ref, _: listing.find(ref),
    "listing.learn": lambda ref, _: listing.learn(ref, lambda secret: secret),
}


def functions_of_secrets() -> set[str]:
    """Every public function of the store that has a parameter for a secret."""
    names = set()
    for module in pkgutil.iter_modules(store.__path__):
        members = vars(importlib.import_module(f"{store.__name__}.{module.name}"))
        for name, function in members.items():
            is_its_own = getattr(function, "__module__", "").endswith(f"store.{module.name}")
            if name.startswith("_") or not is_its_own or not inspect.isfunction(function):
                continue
            if "ref" in inspect.signature(function).parameters:
                names.add(f"{module.name}.{name}")
    return names


def operations() -> list[str]:
    """Everything that Secrets Manager can be asked to do."""
    return sorted(Session().get_service_model("secretsmanager").operation_names)


def least(shape: Any) -> Any:
    """The shortest input that a shape takes."""
    if shape.type_name == "structure":
        return {name: least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [least(shape.member)]
    if shape.type_name in ("integer", "long"):
        return 7
    return "x" * 32


def test_knows_every_function_of_the_store() -> None:
    assert functions_of_secrets() == {*RECORDED, *WITHIN_AN_ACT, *METADATA}


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.usefixtures("own_database")
def test_does_nothing_where_nothing_can_be_recorded(
    proxy: FaultProxy, ref: Ref, version: str, name: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")

    with pytest.raises(NotRecorded):
        RECORDED[name](ref, version)

    assert not proxy.calls


@pytest.mark.parametrize("name", WITHIN_AN_ACT)
def test_does_nothing_outside_of_an_act(
    proxy: FaultProxy, ref: Ref, version: str, name: str
) -> None:
    with pytest.raises(errors.Unrecorded):
        WITHIN_AN_ACT[name](ref, version)

    assert not proxy.calls


@pytest.mark.parametrize("name", METADATA)
def test_asks_for_metadata_alone(proxy: FaultProxy, ref: Ref, version: str, name: str) -> None:
    METADATA[name](ref, version)

    assert set(proxy.calls) <= aws.METADATA


@pytest.mark.parametrize("operation", operations())
def test_sends_no_call_outside_of_an_act(proxy: FaultProxy, operation: str) -> None:
    client = aws.client(default())
    sent = least(client.meta.service_model.operation_model(operation).input_shape)

    if operation in aws.METADATA:
        with suppress(errors.NotFound):
            aws.call(getattr(client, xform_name(operation)), **sent)
        assert set(proxy.calls) == {operation}
        return
    with pytest.raises(errors.Unrecorded):
        aws.call(getattr(client, xform_name(operation)), **sent)
    assert not proxy.calls


def test_sends_it_within_one(proxy: FaultProxy, ref: Ref, version: str) -> None:
    with recording(ref, "reveal", actor=NOBODY) as act:
        reads.fetch(ref, act)

    assert dict(proxy.calls) == {"GetSecretValue": 1}
    with pytest.raises(errors.Unrecorded):
        reads.fetch(ref, act)
