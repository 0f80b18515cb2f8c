"""The embedded Secrets Manager ... (each test finishes the sentence)."""

from typing import TYPE_CHECKING, Any

import pytest

from secretsadmin.demo.emulator import serve
from tests.secretsadmin.demo.emulated import (
    DAY,
    NOON,
    Clock,
    create,
    listed,
    put,
    refused,
    value,
    versions,
)
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

pytest_plugins = ["tests.secretsadmin.demo.emulator_fixtures"]


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
def test_refuses_a_recovery_window_outside_seven_to_thirty_days(
    aws: "Client", name: str, days: int
) -> None:
    create(aws, name)

    with refused("InvalidParameterException", "between 7 and 30"):
        aws.delete_secret(SecretId=name, RecoveryWindowInDays=days)


def test_frees_the_name_of_a_scheduled_secret_that_is_deleted_at_once(
    aws: "Client", name: str
) -> None:
    create(aws, name)
    aws.delete_secret(SecretId=name)

    aws.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    create(aws, name, "again")
    assert value(aws, name) == "again"


def test_refuses_to_delete_a_secret_that_has_replicas(aws: "Client", name: str) -> None:
    create(aws, name, AddReplicaRegions=[{"Region": "eu-west-1"}])

    with refused("InvalidParameterException", "replica regions"):
        aws.delete_secret(SecretId=name)


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
    assert len(aws.list_secrets(Filters=filters, MaxResults=7)["SecretList"]) == 7
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
    assert [found[-1] for found in listed(aws, name, SortBy="name", SortOrder="desc")] == [
        "c",
        "b",
        "a",
    ]


def test_lists_the_labelled_versions_of_a_secret(aws: "Client", name: str) -> None:
    for text in ("first", "second", "third"):
        create(aws, name) if text == "first" else put(aws, name, text)

    [found] = aws.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]

    assert sorted(found["SecretVersionsToStages"].values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_lists_versions_without_labels_only_when_asked_and_without_the_key(
    aws: "Client", name: str
) -> None:
    first = create(aws, name)
    put(aws, name, "second")
    put(aws, name, "third")

    assert len(versions(aws, name)) == 2
    everything = versions(aws, name, IncludeDeprecated=True, MaxResults=1)
    assert len(everything) == 3
    assert [
        "VersionStages" in version for version in everything if version["VersionId"] == first
    ] == [False]


def test_keeps_the_date_of_each_version(aws: "Client", clock: Clock, name: str) -> None:
    first = create(aws, name)
    clock.now += 60.5
    second = put(aws, name, "second")
    clock.now += 60
    dates = {
        version["VersionId"]: version["CreatedDate"].timestamp() for version in versions(aws, name)
    }
    clock.now = NOON

    assert dates == {first: NOON, second: NOON + 60.5}


def test_says_that_a_secret_is_missing_whatever_is_asked_of_it(aws: "Client", name: str) -> None:
    for operation in (
        "list_secret_version_ids",
        "describe_secret",
        "get_secret_value",
        "restore_secret",
    ):
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


def test_clears_a_description_with_an_empty_one_and_makes_no_version(
    aws: "Client", name: str
) -> None:
    create(aws, name, Description="old")

    assert "VersionId" not in aws.update_secret(SecretId=name, Description="")

    assert "Description" not in aws.describe_secret(SecretId=name)
    assert len(versions(aws, name)) == 1


def test_finds_a_secret_by_its_arn_with_and_without_the_random_end(
    aws: "Client", name: str
) -> None:
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
