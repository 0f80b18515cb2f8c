"""The embedded Secrets Manager ... (each test finishes the sentence)."""

from typing import TYPE_CHECKING

import pytest

from tests.secretsadmin.demo.emulated import DAY, Clock, create, put, refused, value, versions

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

pytest_plugins = ["tests.secretsadmin.demo.emulator_fixtures"]


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
    aws.put_secret_value(SecretId=name, SecretBinary=b"x" * 65_536)

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
def test_refuses_tags_that_aws_refuses(
    aws: "Client", name: str, code: str, tags: dict[str, str]
) -> None:
    create(aws, name)

    with refused(code):
        aws.tag_resource(
            SecretId=name, Tags=[{"Key": key, "Value": text} for key, text in tags.items()]
        )


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
