"""The embedded Secrets Manager ... (each test finishes the sentence)."""

import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from secretsadmin.demo.emulator import Emulator, serve
from tests.secretsadmin.demo.emulated import (
    NOON,
    create,
    labels,
    promote,
    put,
    refused,
    token,
    value,
    versions,
)
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

pytest_plugins = ["tests.secretsadmin.demo.emulator_fixtures"]


def test_reads_the_version_that_carries_awscurrent_after_a_label_move(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    candidate = put(aws, name, "second", "SECRETSADMIN")
    assert value(aws, name) == "first"

    promote(aws, name, candidate, instead_of=first)

    assert value(aws, name) == "second"
    assert (
        aws.batch_get_secret_value(SecretIdList=[name])["SecretValues"][0]["SecretString"]
        == "second"
    )


def test_drags_awsprevious_along_with_awscurrent(aws: "Client", name: str) -> None:
    first = create(aws, name)
    second = put(aws, name, "second")
    third = put(aws, name, "third")
    assert labels(aws, name) == {second: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}

    promote(aws, name, first, instead_of=third)

    assert labels(aws, name) == {first: ["AWSCURRENT"], third: ["AWSPREVIOUS"]}


def test_leaves_one_awscurrent_and_the_right_awsprevious_after_a_put_on_a_moved_label(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    second = put(aws, name, "second")
    promote(aws, name, first, instead_of=second)

    third = put(aws, name, "third")

    assert labels(aws, name) == {first: ["AWSPREVIOUS"], third: ["AWSCURRENT"]}


def test_keeps_a_custom_label_on_the_version_that_awscurrent_leaves(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    aws.update_secret_version_stage(SecretId=name, VersionStage="KEEP", MoveToVersionId=first)

    second = put(aws, name, "second")

    assert labels(aws, name) == {first: ["AWSPREVIOUS", "KEEP"], second: ["AWSCURRENT"]}


def test_takes_a_custom_label_off_the_other_versions(aws: "Client", name: str) -> None:
    first = create(aws, name)
    put(aws, name, "loser", "SECRETSADMIN")

    newest = put(aws, name, "newest", "SECRETSADMIN", "OTHER")

    assert labels(aws, name) == {first: ["AWSCURRENT"], newest: ["OTHER", "SECRETSADMIN"]}


def test_makes_the_first_version_of_an_empty_secret_current(aws: "Client", name: str) -> None:
    aws.create_secret(Name=name)
    with refused("ResourceNotFoundException", "staging label: AWSCURRENT"):
        aws.get_secret_value(SecretId=name)

    version = put(aws, name, "first", "SECRETSADMIN")

    assert labels(aws, name) == {version: ["AWSCURRENT", "SECRETSADMIN"]}


def test_refuses_a_move_from_where_the_label_is_not_and_moves_nothing(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    second = put(aws, name, "second")
    candidate = put(aws, name, "third", "SECRETSADMIN")
    before = labels(aws, name)

    with refused("InvalidParameterException", "currently has the staging label"):
        promote(aws, name, candidate, instead_of=first)
    with refused("InvalidParameterException"):
        promote(aws, name, token(), instead_of=second)

    assert labels(aws, name) == before


def test_refuses_the_same_move_twice(aws: "Client", name: str) -> None:
    first = create(aws, name)
    candidate = put(aws, name, "second", "SECRETSADMIN")
    promote(aws, name, candidate, instead_of=first)

    with refused("InvalidParameterException"):
        promote(aws, name, candidate, instead_of=first)


@pytest.mark.parametrize("stage", ["AWSCURRENT", "SECRETSADMIN"])
def test_refuses_to_move_an_attached_label_without_a_source(
    aws: "Client", name: str, stage: str
) -> None:
    first = create(aws, name)
    put(aws, name, "second", stage)

    with refused("InvalidParameterException", "RemoveFromVersionId can't be empty"):
        aws.update_secret_version_stage(SecretId=name, VersionStage=stage, MoveToVersionId=first)


def test_never_leaves_a_secret_without_awscurrent(aws: "Client", name: str) -> None:
    first = create(aws, name)

    with refused("InvalidParameterException"):
        aws.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=first
        )


def test_removes_a_custom_label(aws: "Client", name: str) -> None:
    first = create(aws, name)
    loser = put(aws, name, "second", "SECRETSADMIN")

    aws.update_secret_version_stage(
        SecretId=name, VersionStage="SECRETSADMIN", RemoveFromVersionId=loser
    )

    assert labels(aws, name) == {first: ["AWSCURRENT"]}


def test_moves_a_custom_label_from_where_it_is_said_to_stand_and_leaves_the_others(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    second = put(aws, name, "second")
    aws.update_secret_version_stage(SecretId=name, VersionStage="TESTED", MoveToVersionId=first)

    aws.update_secret_version_stage(
        SecretId=name, VersionStage="TESTED", MoveToVersionId=second, RemoveFromVersionId=first
    )

    assert labels(aws, name) == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT", "TESTED"]}


@pytest.mark.parametrize("target", ["second", "none"])
def test_refuses_to_take_a_custom_label_from_where_it_is_not(
    aws: "Client", name: str, target: str
) -> None:
    first = create(aws, name)
    second = put(aws, name, "second")
    aws.update_secret_version_stage(SecretId=name, VersionStage="TESTED", MoveToVersionId=first)
    more = {"MoveToVersionId": second} if target == "second" else {}

    with refused("InvalidParameterException"):
        aws.update_secret_version_stage(
            SecretId=name, VersionStage="TESTED", RemoveFromVersionId=second, **more
        )

    assert labels(aws, name) == {first: ["AWSPREVIOUS", "TESTED"], second: ["AWSCURRENT"]}


def test_deprecates_a_version_that_loses_its_last_label(aws: "Client", name: str) -> None:
    first = create(aws, name)
    loser = put(aws, name, "second", "TESTED")

    aws.update_secret_version_stage(SecretId=name, VersionStage="TESTED", RemoveFromVersionId=loser)

    assert [version["VersionId"] for version in versions(aws, name)] == [first]
    assert {version["VersionId"] for version in versions(aws, name, IncludeDeprecated=True)} == {
        first,
        loser,
    }


def test_takes_a_label_of_1_to_256_characters(aws: "Client", name: str) -> None:
    first = create(aws, name)
    aws.update_secret_version_stage(SecretId=name, VersionStage="ü" * 256, MoveToVersionId=first)

    with refused("ValidationException"):
        aws.update_secret_version_stage(
            SecretId=name, VersionStage="x" * 257, MoveToVersionId=first
        )


def test_allows_twenty_labels_over_all_versions(impatient: "Client", name: str) -> None:
    aws = impatient
    version = create(aws, name)
    put(aws, name, "second", *[f"LABEL-{number}" for number in range(19)])

    with refused("LimitExceededException"):
        put(aws, name, "third", "LABEL-19")
    with refused("LimitExceededException"):
        aws.update_secret_version_stage(
            SecretId=name, VersionStage="LABEL-19", MoveToVersionId=version
        )


def test_lets_exactly_one_of_many_racing_moves_win(
    emulator: Emulator, aws: "Client", name: str
) -> None:
    first = create(aws, name)
    candidates = [put(aws, name, f"value {number}", f"LABEL-{number}") for number in range(8)]
    outcomes: list[str] = []

    def race(candidate: str) -> None:
        with connected(emulator.endpoint) as client:
            try:
                promote(client, name, candidate, instead_of=first)
                outcomes.append(candidate)
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])

    racers = [threading.Thread(target=race, args=(candidate,)) for candidate in candidates]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert outcomes.count("InvalidParameterException") == 7
    assert aws.get_secret_value(SecretId=name)["VersionId"] in outcomes


def test_does_one_thing_at_a_time() -> None:
    """The clock is looked at in the middle of a call, so two calls at once would meet there."""
    meeting, met = threading.Barrier(2), threading.Event()

    def clock() -> float:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(0.2)
            met.set()
        return NOON

    with ExitStack() as stack:
        emulator = stack.enter_context(serve(clock=clock))
        clients = [stack.enter_context(connected(emulator.endpoint)) for _ in range(2)]
        callers = [
            threading.Thread(target=create, args=(client, f"secret-{number}"))
            for number, client in enumerate(clients)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert not met.is_set()


def test_makes_the_token_the_version_id(aws: "Client", name: str) -> None:
    tokens = [token(), token(), token()]

    assert create(aws, name, ClientRequestToken=tokens[0]) == tokens[0]
    answer = aws.put_secret_value(
        SecretId=name, SecretString="second", ClientRequestToken=tokens[1]
    )
    assert answer["VersionId"] == tokens[1]
    updated = aws.update_secret(SecretId=name, SecretString="third", ClientRequestToken=tokens[2])
    assert updated["VersionId"] == tokens[2]
    assert {version["VersionId"] for version in versions(aws, name, IncludeDeprecated=True)} == set(
        tokens
    )


@pytest.mark.parametrize("operation", ["create_secret", "put_secret_value", "update_secret"])
def test_answers_a_repeated_token_with_the_same_value_as_the_first_time(
    aws: "Client", name: str, operation: str
) -> None:
    if operation != "create_secret":
        create(aws, name)
    id_name = "Name" if operation == "create_secret" else "SecretId"
    call = {id_name: name, "SecretString": "same", "ClientRequestToken": token()}

    answers = [getattr(aws, operation)(**call) for _ in range(2)]

    for answer in answers:
        del answer["ResponseMetadata"]
    assert answers[0] == answers[1]
    assert len(versions(aws, name, IncludeDeprecated=True)) == (
        1 if operation == "create_secret" else 2
    )


@pytest.mark.parametrize("operation", ["create_secret", "put_secret_value", "update_secret"])
def test_refuses_a_repeated_token_with_another_value(
    aws: "Client", name: str, operation: str
) -> None:
    used = create(aws, name, ClientRequestToken=token())
    id_name = "Name" if operation == "create_secret" else "SecretId"

    with refused("ResourceExistsException", "already in use"):
        getattr(aws, operation)(
            **{id_name: name, "SecretString": "other", "ClientRequestToken": used}
        )

    assert value(aws, name) == "first"


def test_refuses_an_existing_name(aws: "Client", name: str) -> None:
    create(aws, name)

    with refused("ResourceExistsException", "already exists"):
        create(aws, name)


def test_leaves_the_label_where_it_is_when_an_old_put_is_repeated(aws: "Client", name: str) -> None:
    create(aws, name)
    old = {"SecretId": name, "SecretString": "old", "ClientRequestToken": token()}
    aws.put_secret_value(**old)
    put(aws, name, "new")

    assert aws.put_secret_value(**old)["VersionStages"] == ["AWSPREVIOUS"]

    assert value(aws, name) == "new"
