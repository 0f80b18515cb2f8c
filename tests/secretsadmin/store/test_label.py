"""Labelling a version ... (each test finishes the sentence)."""

from threading import Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONFIG, VARIABLES
from secretsadmin.store import labels, listing, reads
from secretsadmin.store.errors import (
    Conflict,
    NotFound,
    Refused,
    ScheduledForDeletion,
    TooManyLabels,
    Unknown,
)
from secretsadmin.store.labels import InvalidLabel
from secretsadmin.store.listing import Listing
from tests.secretsadmin.demo.emulated import labels as stages
from tests.secretsadmin.demo.emulated import versions
from tests.secretsadmin.store.acts import ANNA, default, ended, save
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.fixture
def newer(outside: "Client", ref: Ref, version: str) -> str:
    return outside.put_secret_value(SecretId=ref.name, SecretString="second")["VersionId"]


@pytest.fixture
def labelled(outside: "Client", ref: Ref, version: str, newer: str) -> str:
    """The older version, on which the label `tested` stands."""
    outside.update_secret_version_stage(
        SecretId=ref.name, VersionStage="tested", MoveToVersionId=version
    )
    return version


def test_takes_one_call_and_a_look_for_room(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    labels.label(ref, label="tested", to=version, version="", actor=ANNA, reason="It ran")

    assert proxy.calls == {"UpdateSecretVersionStage": 1, "DescribeSecret": 1}
    assert stages(outside, ref.name) == {version: ["AWSCURRENT", "tested"]}
    end = ended(ref, "label", "succeeded")
    assert (end.fields, end.version, end.previous, end.reason) == (
        ["tested"],
        version,
        "",
        "It ran",
    )
    assert end.request_id


def test_moves_it_from_where_it_was_seen(
    outside: "Client", ref: Ref, labelled: str, newer: str
) -> None:
    labels.label(ref, label="tested", to=newer, version=labelled, actor=ANNA)

    assert stages(outside, ref.name) == {labelled: ["AWSPREVIOUS"], newer: ["AWSCURRENT", "tested"]}
    end = ended(ref, "label", "succeeded")
    assert (end.version, end.previous) == (newer, labelled)


def test_takes_it_off_and_leaves_a_version_that_aws_may_remove(
    proxy: FaultProxy, outside: "Client", ref: Ref, labelled: str, newer: str
) -> None:
    third = outside.put_secret_value(SecretId=ref.name, SecretString="third")["VersionId"]

    labels.label(ref, label="tested", to="", version=labelled, actor=ANNA)

    assert proxy.calls == {"UpdateSecretVersionStage": 1}
    assert stages(outside, ref.name) == {newer: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}
    assert len(versions(outside, ref.name, IncludeDeprecated=True)) == 3
    end = ended(ref, "label", "succeeded")
    assert (end.fields, end.version, end.previous) == (["tested"], "", labelled)


@pytest.mark.parametrize("seen", ["nowhere", "elsewhere"])
def test_loses_to_whoever_moved_it(
    outside: "Client", ref: Ref, labelled: str, newer: str, seen: str
) -> None:
    before = stages(outside, ref.name)

    with pytest.raises(Conflict) as error:
        labels.label(
            ref,
            label="tested",
            to=newer,
            version="" if seen == "nowhere" else str(uuid4()),
            actor=ANNA,
        )

    assert error.value.status == 409
    assert stages(outside, ref.name) == before
    ended(ref, "label", "conflict")


@pytest.mark.parametrize("is_gone", [True, False])
def test_is_not_undone_where_somebody_moved_it(
    outside: "Client", ref: Ref, labelled: str, newer: str, *, is_gone: bool
) -> None:
    target = {} if is_gone else {"MoveToVersionId": newer}
    outside.update_secret_version_stage(
        SecretId=ref.name, VersionStage="tested", RemoveFromVersionId=labelled, **target
    )
    before = stages(outside, ref.name)

    with pytest.raises(Conflict):
        labels.label(ref, label="tested", to="", version=labelled, actor=ANNA)

    assert stages(outside, ref.name) == before
    ended(ref, "label", "conflict")


@pytest.mark.parametrize("stands", [True, False])
def test_is_no_conflict_where_the_version_is_not_there(
    outside: "Client", ref: Ref, version: str, *, stands: bool
) -> None:
    if stands:
        outside.update_secret_version_stage(
            SecretId=ref.name, VersionStage="tested", MoveToVersionId=version
        )

    with pytest.raises(NotFound):
        labels.label(
            ref, label="tested", to=str(uuid4()), version=version if stands else "", actor=ANNA
        )

    ended(ref, "label", "failed")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 257,
        " tested",
        "tested ",
        "tested\n",
        "te\tsted",
        "\x00",
        "te\u200bsted",
        "\u202etested",
        "AWSCURRENT",
        "AWSPREVIOUS",
        "AWSPENDING",
        "awscurrent",
        "Aws-mine",
        "SECRETSADMIN",
        "secretsadmin-proposal",
    ],
)
def test_refuses_a_name_before_anything_is_recorded(
    proxy: FaultProxy, ref: Ref, version: str, name: str
) -> None:
    with pytest.raises(InvalidLabel):
        labels.label(ref, label=name, to=version, version="", actor=ANNA)

    assert not proxy.calls
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "name", ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "aws-x", "SECRETSADMIN", "Secretsadmin1"]
)
def test_never_touches_what_is_kept_for_aws_and_for_the_dashboard(
    proxy: FaultProxy, ref: Ref, version: str, name: str
) -> None:
    for to in ("", str(uuid4())):
        with pytest.raises(InvalidLabel):
            labels.label(ref, label=name, to=to, version=version, actor=ANNA)

    assert not proxy.calls
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "name", ["x", "x" * 256, "two words", "ümläut", "💥" * 10, "<b>&amp;", "a/b=c", "raws"]
)
def test_takes_any_other_name_that_people_can_read(
    outside: "Client", ref: Ref, version: str, name: str
) -> None:
    labels.label(ref, label=name, to=version, version="", actor=ANNA)

    assert name in stages(outside, ref.name)[version]


def test_takes_off_a_name_that_nobody_could_type(outside: "Client", ref: Ref, version: str) -> None:
    strange = " \u202e\t"
    outside.update_secret_version_stage(
        SecretId=ref.name, VersionStage=strange, MoveToVersionId=version
    )

    labels.label(ref, label=strange, to="", version=version, actor=ANNA)

    assert stages(outside, ref.name) == {version: ["AWSCURRENT"]}


def fill(outside: "Client", ref: Ref) -> None:
    names = [f"label-{number}" for number in range(19)]
    outside.put_secret_value(SecretId=ref.name, SecretString="full", VersionStages=names)


def test_tells_the_limit_of_aws_for_what_it_is(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    fill(outside, ref)

    with pytest.raises(TooManyLabels) as error:
        labels.label(ref, label="tested", to=version, version="", actor=ANNA)

    assert "20 labels" in error.value.sentence
    assert "versions today" not in error.value.title
    assert proxy.calls == {"UpdateSecretVersionStage": 1}
    assert ended(ref, "label", "failed").error == "LimitExceededException"


def test_leaves_room_for_the_next_save(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    names = [f"label-{number}" for number in range(17)]
    for name in names[:-1]:
        outside.update_secret_version_stage(
            SecretId=ref.name, VersionStage=name, MoveToVersionId=version
        )
    labels.check_room(ref, names[-1])
    outside.update_secret_version_stage(
        SecretId=ref.name, VersionStage=names[-1], MoveToVersionId=version
    )
    proxy.clear()

    with pytest.raises(TooManyLabels):
        labels.check_room(ref, "one-more")
    labels.check_room(ref, names[0])

    assert proxy.calls == {"DescribeSecret": 2}
    assert save(ref, version) == ("value",)


def test_leaves_a_scheduled_secret_alone(outside: "Client", ref: Ref, version: str) -> None:
    outside.delete_secret(SecretId=ref.name)

    with pytest.raises(ScheduledForDeletion):
        labels.label(ref, label="tested", to=version, version="", actor=ANNA)

    ended(ref, "label", "failed")


def test_takes_no_text_for_a_version(proxy: FaultProxy, ref: Ref, version: str) -> None:
    with pytest.raises(Refused):
        labels.label(ref, label="tested", to="short", version="", actor=ANNA)

    assert not proxy.calls
    assert ended(ref, "label", "failed").error == "ParamValidationError"


def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy) -> None:
    with pytest.raises(InvalidId):
        labels.label(
            Ref(default(), CONFIG, "../x"), label="tested", to=str(uuid4()), version="", actor=ANNA
        )

    assert not proxy.calls
    assert not Event.objects.exists()


def test_is_known_to_the_list_at_once(
    proxy: FaultProxy, outside: "Client", ref: Ref, labelled: str, newer: str
) -> None:
    listing.listing(default(), VARIABLES).sweep_and_wait()
    proxy.clear()

    labels.label(ref, label="tested", to=newer, version=labelled, actor=ANNA)
    labels.label(ref, label="new", to=labelled, version="", actor=ANNA)
    labels.label(ref, label="new", to="", version=labelled, actor=ANNA)

    known = {version: sorted(names) for version, names in listing.find(ref).versions.items()}
    assert known == stages(outside, ref.name)
    # The new one looks whether there is room still.
    assert proxy.calls == {"UpdateSecretVersionStage": 3, "DescribeSecret": 1}


def test_is_news_to_a_process_whose_list_is_older(
    outside: "Client", ref: Ref, labelled: str, newer: str
) -> None:
    other = Listing(default(), VARIABLES)
    other.sweep_and_wait()
    # The label's absence alone wouldn't show that there is a newer version, too.
    outside.put_secret_value(SecretId=ref.name, SecretString="third")
    labels.label(ref, label="tested", to="", version=labelled, actor=ANNA)

    known = other.get(ref)

    assert known
    assert known.versions == reads.describe(ref).versions


def test_whose_answer_was_lost_is_unknown_where_somebody_has_moved_on(
    proxy: FaultProxy, outside: "Client", ref: Ref, labelled: str, newer: str
) -> None:
    """Whether it was on the way there, nothing tells."""
    third = outside.put_secret_value(SecretId=ref.name, SecretString="third")["VersionId"]
    proxy.when("UpdateSecretVersionStage", call=1).reset_after()
    gate = proxy.when("UpdateSecretVersionStage", call=2).hold()

    def move_on() -> None:
        gate.arrived.wait(60)
        outside.update_secret_version_stage(
            SecretId=ref.name,
            VersionStage="tested",
            RemoveFromVersionId=newer,
            MoveToVersionId=third,
        )
        gate.release()

    meanwhile = Thread(target=move_on)
    meanwhile.start()
    with pytest.raises(Unknown):
        labels.label(ref, label="tested", to=newer, version=labelled, actor=ANNA)
    meanwhile.join()

    ended(ref, "label", "unknown")


def test_stands_where_nobody_can_look_for_room(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    proxy.when("DescribeSecret").deny()

    labels.label(ref, label="tested", to=version, version="", actor=ANNA)

    assert stages(outside, ref.name) == {version: ["AWSCURRENT", "tested"]}
    ended(ref, "label", "succeeded")


def test_stands_where_it_can_not_be_taken_back(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    """What is recorded is what is so, and whoever looks for room finds none."""
    for number in range(18):
        outside.update_secret_version_stage(
            SecretId=ref.name, VersionStage=f"x{number}", MoveToVersionId=version
        )
    proxy.when("UpdateSecretVersionStage", call=2).deny()

    labels.label(ref, label="tested", to=version, version="", actor=ANNA)

    assert "tested" in stages(outside, ref.name)[version]
    ended(ref, "label", "succeeded")
