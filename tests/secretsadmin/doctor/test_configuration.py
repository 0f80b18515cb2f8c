"""Of the configuration, the doctor ... (each test finishes the sentence)."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.secretsadmin.conftest import Configure
from tests.support.doctor_command import Told, doctor
from tests.support.wire import connected

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(secrets_manager: Emulator) -> None:
    """One environment, unless a test has others."""


def with_kwargs(settings: Settings, emulator: Emulator, **kwargs: Any) -> Told:
    use(settings, emulator.endpoint, **kwargs)
    return doctor("default")


def store(emulator: Emulator, *names: str, **more: Any) -> None:
    with connected(emulator.endpoint) as client:
        for name in names:
            client.create_secret(Name=name, SecretString="x", **more)


def with_third(configure: Configure, emulator: Emulator, prefix: str) -> None:
    """Beside `dev` and `prod` there is a protected environment with this prefix."""
    configure(
        prod=f"""
[environments.third]
protected = true
[environments.third.backend_kwargs]
endpoint_url = "{emulator.endpoint}"
region_name = "eu-central-1"
connections_prefix = "{prefix}"
variables_prefix = "third/variables"
config_prefix = "third/config"
"""
    )


@pytest.mark.parametrize("kwarg", ["full_url_mode", "conections_prefix"])
def test_names_kwargs_that_do_nothing(
    settings: Settings, secrets_manager: Emulator, kwarg: str
) -> None:
    line = with_kwargs(settings, secrets_manager, **{kwarg: "x"}).line("configuration.kwargs")

    assert line["status"] == "caution"
    assert kwarg in line["sentence"]


@pytest.mark.parametrize(
    ("prefix", "status", "part"),
    [
        ("team/connections/", "caution", "so names begin with team/connections/."),
        ("team/connections", "holds", "begin with team/connections/."),
        ("", "caution", "every secret of the account"),
        (None, "holds", "is null"),
    ],
)
def test_says_what_a_prefix_means(
    settings: Settings, secrets_manager: Emulator, prefix: str | None, status: str, part: str
) -> None:
    told = with_kwargs(settings, secrets_manager, connections_prefix=prefix)

    line = told.line("configuration.connections_prefix")
    assert line["status"] == status
    assert part in line["sentence"]


@pytest.mark.parametrize("prefix", ["airflow", "airflow/variables", "airflow/variables/team"])
def test_names_kinds_whose_names_are_the_same(
    settings: Settings, secrets_manager: Emulator, prefix: str
) -> None:
    told = with_kwargs(settings, secrets_manager, connections_prefix=prefix)

    assert told.sentences("configuration.kinds")
    assert "configuration.kinds" in told.checks("caution")


def test_names_environments_that_share_names(configure: Configure) -> None:
    emulator = configure()
    with_third(configure, emulator, "dev/connections")

    line = doctor("dev").line("configuration.environments")

    assert line["status"] == "fails"
    assert "The environments dev and third" in line["sentence"]


@pytest.mark.parametrize(
    ("pattern", "status", "part"),
    [
        ("^a_", "holds", "matches all 2 ids"),
        ("^a_1", "caution", "matches 1 of 2 ids"),
        ("^b_", "fails", "matches none of the 2 ids"),
    ],
)
def test_compares_a_lookup_pattern_with_the_ids_that_are_there(
    settings: Settings, secrets_manager: Emulator, pattern: str, status: str, part: str
) -> None:
    store(secrets_manager, "airflow/variables/a_1", "airflow/variables/a_2")

    told = with_kwargs(settings, secrets_manager, variables_lookup_pattern=pattern)

    line = told.line("pattern.variables")
    assert line["status"] == status
    assert part in line["sentence"]


@pytest.mark.parametrize(
    "head", ["airflow/connection/", "/airflow/connections/", "Airflow/Connections/"]
)
def test_names_what_looks_like_a_misspelt_prefix(secrets_manager: Emulator, head: str) -> None:
    store(secrets_manager, f"{head}orders", "other/connections/x", "airflow/variables/y")

    line = doctor().line("secrets.connections")

    assert line["status"] == "caution"
    assert f"but 1 name begins with {head}." in line["sentence"]


def test_finds_no_misspelt_prefix_in_another_environments_secrets(configure: Configure) -> None:
    emulator = configure()
    with_third(configure, emulator, "dew/connections")
    store(emulator, "dew/connections/x")

    line = doctor("dev").line("secrets.connections")

    assert line["status"] == "holds"
    assert line["sentence"] == "No connection is below dev/connections/ yet."


def test_counts_what_airflow_never_looks_up_below_a_null_prefix(
    settings: Settings, secrets_manager: Emulator
) -> None:
    store(secrets_manager, "airflow/variables/x")

    line = with_kwargs(settings, secrets_manager, variables_prefix=None).line("secrets.variables")

    assert line["status"] == "caution"
    assert "1 name begins with airflow/variables/" in line["sentence"]


KEY = "arn:aws:kms:eu-central-1:123456789012:key/0d1e2f3a-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("stored", "configured", "status", "part"),
    [
        ("", "", "holds", "AWS's own key"),
        (KEY, KEY, "holds", "kms_key encrypts all secrets"),
        (KEY.rpartition("/")[2], KEY, "holds", "kms_key encrypts all secrets"),
        (KEY, "", "caution", "a KMS key of your own: 1 of 1."),
        ("", KEY, "caution", "another KMS key than kms_key: 1 of 1."),
    ],
)
def test_compares_the_keys_of_the_secrets(
    configure: Configure, stored: str, configured: str, status: str, part: str
) -> None:
    emulator = configure(dev=f'kms_key = "{configured}"' if configured else "")
    store(emulator, "dev/variables/x", **({"KmsKeyId": stored} if stored else {}))

    told = doctor("dev")

    line = told.line("key.same")
    assert line["status"] == status
    assert part in line["sentence"]
    assert ("key.decrypt" in told.checks("not tried")) == bool(stored or configured)
