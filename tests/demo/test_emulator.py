"""The embedded Secrets Manager ... (each test finishes the sentence)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from wire import connected, counting

from secretsadmin.demo.emulator import Emulator, serve

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

DAY = 86_400
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def emulator(clock: Clock) -> Iterator[Emulator]:
    with serve(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def aws(emulator: Emulator) -> "Iterator[Client]":
    with connected(emulator.endpoint, parameter_validation=False) as client:
        yield client


@pytest.fixture(scope="module")
def impatient(emulator: Emulator) -> "Iterator[Client]":
    """boto3's standard mode takes LimitExceededException for throttling, and pauses."""
    with connected(emulator.endpoint, retries={"mode": "standard", "total_max_attempts": 1}) as client:
        yield client


@pytest.fixture
def name() -> str:
    """Each test has secrets of its own, so that all can share one emulator."""
    return f"test/{uuid4().hex}/secret"


@contextmanager
def refused(code: str, message: str = "") -> Iterator[None]:
    with pytest.raises(ClientError) as refusal:
        yield
    error = refusal.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert message in error["Error"]["Message"]


def token() -> str:
    return str(uuid4())


def create(aws: "Client", name: str, value: str = "first", **more: Any) -> str:
    return aws.create_secret(Name=name, SecretString=value, **more)["VersionId"]


def put(aws: "Client", name: str, value: str, *stages: str) -> str:
    more: dict[str, Any] = {"VersionStages": list(stages)} if stages else {}
    return aws.put_secret_value(SecretId=name, SecretString=value, **more)["VersionId"]


def promote(aws: "Client", name: str, version: str, instead_of: str) -> None:
    aws.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=version, RemoveFromVersionId=instead_of
    )


def labels(aws: "Client", name: str) -> dict[str, list[str]]:
    described = aws.describe_secret(SecretId=name)["VersionIdsToStages"]
    return {version: sorted(stages) for version, stages in described.items()}


def value(aws: "Client", name: str) -> str:
    return aws.get_secret_value(SecretId=name)["SecretString"]


def listed(aws: "Client", prefix: str, **more: Any) -> list[str]:
    pages = aws.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}], **more)
    return [secret["Name"] for page in pages for secret in page["SecretList"]]


def versions(aws: "Client", name: str, **more: Any) -> list[Any]:
    """All pages; botocore has no paginator for this operation."""
    page = aws.list_secret_version_ids(SecretId=name, **more)
    rest = versions(aws, name, **{**more, "NextToken": page["NextToken"]}) if "NextToken" in page else []
    return page["Versions"] + rest


# Labels


def test_reads_the_version_that_carries_awscurrent_after_a_label_move(aws: "Client", name: str) -> None:
    first = create(aws, name)
    candidate = put(aws, name, "second", "SECRETSADMIN")
    assert value(aws, name) == "first"

    promote(aws, name, candidate, instead_of=first)

    assert value(aws, name) == "second"
    assert aws.batch_get_secret_value(SecretIdList=[name])["SecretValues"][0]["SecretString"] == "second"


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


def test_keeps_a_custom_label_on_the_version_that_awscurrent_leaves(aws: "Client", name: str) -> None:
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


def test_refuses_a_move_from_where_the_label_is_not_and_moves_nothing(aws: "Client", name: str) -> None:
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
def test_refuses_to_move_an_attached_label_without_a_source(aws: "Client", name: str, stage: str) -> None:
    first = create(aws, name)
    put(aws, name, "second", stage)

    with refused("InvalidParameterException", "RemoveFromVersionId can't be empty"):
        aws.update_secret_version_stage(SecretId=name, VersionStage=stage, MoveToVersionId=first)


def test_never_leaves_a_secret_without_awscurrent(aws: "Client", name: str) -> None:
    first = create(aws, name)

    with refused("InvalidParameterException"):
        aws.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=first)


def test_removes_a_custom_label(aws: "Client", name: str) -> None:
    first = create(aws, name)
    loser = put(aws, name, "second", "SECRETSADMIN")

    aws.update_secret_version_stage(SecretId=name, VersionStage="SECRETSADMIN", RemoveFromVersionId=loser)

    assert labels(aws, name) == {first: ["AWSCURRENT"]}


def test_allows_twenty_labels_over_all_versions(impatient: "Client", name: str) -> None:
    aws = impatient
    version = create(aws, name)
    put(aws, name, "second", *[f"LABEL-{number}" for number in range(19)])

    with refused("LimitExceededException"):
        put(aws, name, "third", "LABEL-19")
    with refused("LimitExceededException"):
        aws.update_secret_version_stage(SecretId=name, VersionStage="LABEL-19", MoveToVersionId=version)


def test_lets_exactly_one_of_many_racing_moves_win(emulator: Emulator, aws: "Client", name: str) -> None:
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


# Tokens


def test_makes_the_token_the_version_id(aws: "Client", name: str) -> None:
    tokens = [token(), token(), token()]

    assert create(aws, name, ClientRequestToken=tokens[0]) == tokens[0]
    answer = aws.put_secret_value(SecretId=name, SecretString="second", ClientRequestToken=tokens[1])
    assert answer["VersionId"] == tokens[1]
    updated = aws.update_secret(SecretId=name, SecretString="third", ClientRequestToken=tokens[2])
    assert updated["VersionId"] == tokens[2]
    assert {version["VersionId"] for version in versions(aws, name, IncludeDeprecated=True)} == set(tokens)


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
    assert len(versions(aws, name, IncludeDeprecated=True)) == (1 if operation == "create_secret" else 2)


@pytest.mark.parametrize("operation", ["create_secret", "put_secret_value", "update_secret"])
def test_refuses_a_repeated_token_with_another_value(aws: "Client", name: str, operation: str) -> None:
    used = create(aws, name, ClientRequestToken=token())
    id_name = "Name" if operation == "create_secret" else "SecretId"

    with refused("ResourceExistsException", "already in use"):
        getattr(aws, operation)(**{id_name: name, "SecretString": "other", "ClientRequestToken": used})

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


# Secrets that are scheduled for deletion


def test_refuses_reads_and_writes_of_a_scheduled_secret(aws: "Client", name: str) -> None:
    version = create(aws, name)
    aws.delete_secret(SecretId=name, RecoveryWindowInDays=7)

    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_secret_value", {}),
        ("put_secret_value", {"SecretString": "new"}),
        ("update_secret", {"Description": "new"}),
        ("update_secret_version_stage", {"VersionStage": "NEW", "MoveToVersionId": version}),
        ("tag_resource", {"Tags": [{"Key": "new", "Value": "new"}]}),
        ("untag_resource", {"TagKeys": ["new"]}),
        ("delete_secret", {}),
        ("get_resource_policy", {}),
    ]
    for operation, parameters in calls:
        with refused("InvalidRequestException", "marked for deletion"):
            getattr(aws, operation)(SecretId=name, **parameters)


def test_describes_a_scheduled_secret_and_restores_it(aws: "Client", name: str) -> None:
    create(aws, name)
    answer = aws.delete_secret(SecretId=name, RecoveryWindowInDays=7)

    described = aws.describe_secret(SecretId=name)
    assert described["DeletedDate"] == answer["DeletionDate"]
    assert described["DeletedDate"].timestamp() == NOON + 7 * DAY
    assert len(versions(aws, name)) == 1
    aws.restore_secret(SecretId=name)

    assert "DeletedDate" not in aws.describe_secret(SecretId=name)
    assert value(aws, name) == "first"


def test_refuses_to_create_a_scheduled_name(aws: "Client", name: str) -> None:
    create(aws, name)
    aws.delete_secret(SecretId=name)

    with refused("InvalidRequestException", "already scheduled for deletion"):
        create(aws, name)


def test_tells_of_a_scheduled_secret_in_the_errors_of_a_batch(aws: "Client", name: str) -> None:
    create(aws, name)
    create(aws, f"{name}/scheduled")
    aws.delete_secret(SecretId=f"{name}/scheduled")
    aws.create_secret(Name=f"{name}/empty")

    answer = aws.batch_get_secret_value(
        SecretIdList=[name, f"{name}/scheduled", f"{name}/empty", f"{name}/missing"]
    )

    assert [found["Name"] for found in answer["SecretValues"]] == [name]
    assert [error["ErrorCode"] for error in answer["Errors"]] == [
        "InvalidRequestException",
        "ResourceNotFoundException",
        "ResourceNotFoundException",
    ]


@pytest.mark.parametrize("days", [0, 6, 31])
def test_refuses_a_recovery_window_outside_seven_to_thirty_days(aws: "Client", name: str, days: int) -> None:
    create(aws, name)

    with refused("InvalidParameterException", "between 7 and 30"):
        aws.delete_secret(SecretId=name, RecoveryWindowInDays=days)


def test_frees_the_name_of_a_scheduled_secret_that_is_deleted_at_once(aws: "Client", name: str) -> None:
    create(aws, name)
    aws.delete_secret(SecretId=name)

    aws.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    create(aws, name, "again")
    assert value(aws, name) == "again"


def test_refuses_to_delete_a_secret_that_has_replicas(aws: "Client", name: str) -> None:
    create(aws, name, AddReplicaRegions=[{"Region": "eu-west-1"}])

    with refused("InvalidParameterException", "replica regions"):
        aws.delete_secret(SecretId=name)


# Limits


@pytest.mark.parametrize("bad", ["", "with space", "ümlaut", "colon:", "back\\slash", "x" * 513])
def test_refuses_a_name_that_aws_refuses(aws: "Client", bad: str) -> None:
    with refused("ValidationException"):
        create(aws, bad)


def test_takes_every_character_that_a_name_may_have(aws: "Client", name: str) -> None:
    create(aws, f"{name}/_+=.@-{'x' * 440}")


@pytest.mark.parametrize("bad", ["", "x" * 65_537, "ü" * 32_769])
def test_takes_values_of_1_to_65536_bytes(aws: "Client", name: str, bad: str) -> None:
    create(aws, name, "x" * 65_536)
    put(aws, name, "ü" * 32_768)

    with refused("ValidationException", "Value at 'secretString' failed to satisfy constraint"):
        put(aws, name, bad)
    with refused("ValidationException"):
        aws.put_secret_value(SecretId=name, SecretBinary=b"x" * 65_537)


def test_refuses_a_description_of_more_than_2048_characters(aws: "Client", name: str) -> None:
    create(aws, name, Description="x" * 2048)

    with refused("ValidationException"):
        aws.update_secret(SecretId=name, Description="x" * 2049)


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("ValidationException", {"k" * 129: "v"}),
        ("ValidationException", {"k": "v" * 257}),
        ("InvalidParameterException", {"aws:team": "data"}),
        ("InvalidParameterException", {f"key-{number}": "v" for number in range(51)}),
    ],
)
def test_refuses_tags_that_aws_refuses(aws: "Client", name: str, code: str, tags: dict[str, str]) -> None:
    create(aws, name)

    with refused(code):
        aws.tag_resource(SecretId=name, Tags=[{"Key": key, "Value": text} for key, text in tags.items()])


def test_refuses_a_token_that_is_no_version_id(aws: "Client", name: str) -> None:
    with refused("ValidationException"):
        create(aws, name, ClientRequestToken="short")


def test_refuses_more_than_a_hundred_versions_in_a_day_and_drops_old_ones_after_it(
    impatient: "Client", clock: Clock, name: str
) -> None:
    aws = impatient
    first = create(aws, name)
    for number in range(99):
        put(aws, name, f"value {number}")
    with refused("LimitExceededException"):
        put(aws, name, "one too many")
    assert value(aws, name) == "value 98"

    clock.now += DAY
    put(aws, name, "a day later")
    clock.now -= DAY

    left = {version["VersionId"] for version in versions(aws, name, IncludeDeprecated=True)}
    assert len(left) == 100
    assert first not in left


# Lists


def test_lists_at_most_a_hundred_secrets_a_page(aws: "Client", name: str) -> None:
    for number in range(103):
        create(aws, f"{name}/{number:03}")
    filters: Any = [{"Key": "name", "Values": [f"{name}/"]}]

    page = aws.list_secrets(Filters=filters)

    assert len(page["SecretList"]) == 100
    rest = aws.list_secrets(Filters=filters, NextToken=page["NextToken"])
    assert [secret["Name"] for secret in rest["SecretList"]] == [
        f"{name}/{number}" for number in (100, 101, 102)
    ]
    assert len(listed(aws, f"{name}/", PaginationConfig={"PageSize": 7})) == 103


@pytest.mark.parametrize("size", [0, 101])
def test_refuses_a_page_size_outside_1_to_100(aws: "Client", name: str, size: int) -> None:
    create(aws, name)

    with refused("ValidationException"):
        aws.list_secrets(MaxResults=size)
    with refused("ValidationException"):
        aws.list_secret_version_ids(SecretId=name, MaxResults=size)


def test_refuses_a_token_that_it_never_gave(aws: "Client") -> None:
    with refused("InvalidNextTokenException"):
        aws.list_secrets(NextToken="made up")


def test_filters_names_by_a_prefix_in_its_own_case(aws: "Client", name: str) -> None:
    create(aws, f"{name}/Abc")
    create(aws, f"{name}/abc")
    create(aws, f"other/{name}/Abc")

    assert listed(aws, f"{name}/A") == [f"{name}/Abc"]


def test_lists_scheduled_secrets_only_when_asked(aws: "Client", name: str) -> None:
    create(aws, name)
    aws.delete_secret(SecretId=name)

    assert listed(aws, name) == []
    assert listed(aws, name, IncludePlannedDeletion=True) == [name]


def test_sorts_a_list_as_asked(aws: "Client", name: str) -> None:
    for part in ("b", "c", "a"):
        create(aws, f"{name}/{part}")

    assert [found[-1] for found in listed(aws, name)] == ["b", "c", "a"]
    assert [found[-1] for found in listed(aws, name, SortBy="name", SortOrder="desc")] == ["c", "b", "a"]


def test_lists_the_labelled_versions_of_a_secret(aws: "Client", name: str) -> None:
    for text in ("first", "second", "third"):
        create(aws, name) if text == "first" else put(aws, name, text)

    [found] = aws.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]

    assert sorted(found["SecretVersionsToStages"].values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_lists_versions_without_labels_only_when_asked_and_without_the_key(aws: "Client", name: str) -> None:
    first = create(aws, name)
    put(aws, name, "second")
    put(aws, name, "third")

    assert len(versions(aws, name)) == 2
    everything = versions(aws, name, IncludeDeprecated=True, MaxResults=1)
    assert len(everything) == 3
    assert ["VersionStages" in version for version in everything if version["VersionId"] == first] == [False]


def test_keeps_the_date_of_each_version(aws: "Client", clock: Clock, name: str) -> None:
    first = create(aws, name)
    clock.now += 60.5
    second = put(aws, name, "second")
    clock.now += 60
    dates = {version["VersionId"]: version["CreatedDate"].timestamp() for version in versions(aws, name)}
    clock.now = NOON

    assert dates == {first: NOON, second: NOON + 60.5}


def test_says_that_a_secret_is_missing_whatever_is_asked_of_it(aws: "Client", name: str) -> None:
    for operation in ("list_secret_version_ids", "describe_secret", "get_secret_value", "restore_secret"):
        with refused("ResourceNotFoundException"):
            getattr(aws, operation)(SecretId=name)


def test_shows_a_list_as_it_was_before_the_lag(clock: Clock, name: str) -> None:
    with serve(clock=clock, listing_lag=300) as lagging, connected(lagging.endpoint) as aws:
        create(aws, name, Description="old")
        clock.now += 200
        aws.update_secret(SecretId=name, Description="new")
        create(aws, f"{name}/second")
        assert listed(aws, name) == []

        clock.now += 200
        [found] = aws.list_secrets()["SecretList"]
        clock.now = NOON

        assert found["Description"] == "old"
        assert aws.describe_secret(SecretId=name)["Description"] == "new"


# Everything else


def test_clears_a_description_with_an_empty_one_and_makes_no_version(aws: "Client", name: str) -> None:
    create(aws, name, Description="old")

    assert "VersionId" not in aws.update_secret(SecretId=name, Description="")

    assert "Description" not in aws.describe_secret(SecretId=name)
    assert len(versions(aws, name)) == 1


def test_finds_a_secret_by_its_arn_with_and_without_the_random_end(aws: "Client", name: str) -> None:
    create(aws, name)
    arn = aws.describe_secret(SecretId=name)["ARN"]

    assert value(aws, arn) == value(aws, arn[:-7]) == "first"
    with refused("ResourceNotFoundException"):
        aws.get_secret_value(SecretId=f"{arn[:-6]}AAAAAA")
    with refused("ResourceNotFoundException"):
        aws.get_secret_value(SecretId=f"{name}-AAAAAA")


def test_takes_a_value_that_looks_like_a_query_for_what_it_is(aws: "Client", name: str) -> None:
    tricky = f"x=1&Action=DeleteSecret&Name={name}/evil&ClientRequestToken=y&SecretId=z"

    create(aws, name, tricky)

    assert value(aws, name) == tricky


def test_remembers_the_day_of_the_last_read(aws: "Client", name: str) -> None:
    create(aws, name)
    assert "LastAccessedDate" not in aws.describe_secret(SecretId=name)

    value(aws, name)

    assert aws.describe_secret(SecretId=name)["LastAccessedDate"].timestamp() == NOON - DAY / 2


def test_keeps_binary_values(aws: "Client", name: str) -> None:
    aws.create_secret(Name=name, SecretBinary=b"\x00\xff")

    answer = aws.get_secret_value(SecretId=name)

    assert answer["SecretBinary"] == b"\x00\xff"
    assert "SecretString" not in answer


def test_tags_and_untags(aws: "Client", name: str) -> None:
    create(aws, name, Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}])

    aws.tag_resource(SecretId=name, Tags=[{"Key": "team", "Value": "data"}])
    aws.untag_resource(SecretId=name, TagKeys=["airflow:conn-type"])

    assert aws.describe_secret(SecretId=name)["Tags"] == [{"Key": "team", "Value": "data"}]


def test_keeps_regions_apart(emulator: Emulator, aws: "Client", name: str) -> None:
    create(aws, name)
    with connected(emulator.endpoint, "us-east-1") as elsewhere, refused("ResourceNotFoundException"):
        elsewhere.describe_secret(SecretId=name)


def test_serves_sts_as_well(emulator: Emulator) -> None:
    sts = boto3.client(
        "sts",
        endpoint_url=emulator.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="demo",
        aws_secret_access_key="demo",
    )
    with counting(emulator) as calls:
        sts.get_caller_identity()
        assumed = sts.assume_role(
            RoleArn="arn:aws:iam::123456789012:role/airflow", RoleSessionName="dashboard"
        )
    sts.close()

    assert assumed["AssumedRoleUser"]["Arn"].endswith("assumed-role/airflow/dashboard")
    assert calls == {"GetCallerIdentity": 1, "AssumeRole": 1}


def test_counts_the_calls_that_arrive(emulator: Emulator, aws: "Client", name: str) -> None:
    with counting(emulator) as calls:
        create(aws, name)
        value(aws, name)
        value(aws, name)
    value(aws, name)

    assert calls == {"CreateSecret": 1, "GetSecretValue": 2}


def test_writes_nothing_of_a_request_anywhere(
    emulator: Emulator, aws: "Client", name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    create(aws, name, "canary")
    with urlopen(Request(emulator.endpoint, b"{}", {"X-Amz-Target": "secretsmanager.ListSecrets"})) as answer:
        assert answer.status == 200

    assert capfd.readouterr() == ("", "")


def test_leaves_no_thread_and_no_listener_behind() -> None:
    before = set(threading.enumerate())
    with serve() as running, connected(running.endpoint) as aws:
        create(aws, "open-connection")

    assert set(threading.enumerate()) <= before
    serve(running.port).close()
