"""An environment from Airflow's own variables ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from secretsadmin.config.airflow_variables import variables_of
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.site import configured_site
from tests.secretsadmin.config.test_checks import check, problems, run

CANARY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
SECRETS = "AIRFLOW__SECRETS__BACKEND"
WORKERS = "AIRFLOW__WORKERS__SECRETS_BACKEND"
SINGLE = f"{SECRETS}_KWARG__"
OURS = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
OTHER = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
GIVEN = {
    "connections_prefix": "team/connections",
    "variables_lookup_pattern": "^etl",
    "region_name": "eu-central-1",
    "role_arn": "arn:aws:iam::123456789012:role/airflow",
}


@pytest.fixture(autouse=True)
def no_file(settings: Settings) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps(GIVEN)


def backend(settings: Settings, airflow: str = "", **variables: str) -> BackendConfig:
    settings.AIRFLOW_VARIABLES = variables
    settings.AIRFLOW_RELEASE = airflow
    return configured_site().environments["default"].backend


def notes(settings: Settings, airflow: str = "", **variables: str) -> tuple[str, ...]:
    return backend(settings, airflow, **variables).notes


def mistake(settings: Settings, **variables: str) -> str:
    with pytest.raises(ImproperlyConfigured) as raised:
        backend(settings, **variables)
    assert raised.value.__cause__ is None
    assert CANARY not in str(raised.value)
    return str(raised.value)


def kwargs(**changed: Any) -> str:
    return json.dumps(GIVEN | changed)


def test_takes_a_variable_of_a_single_kwarg_before_the_object(settings: Settings) -> None:
    single = {
        "CONNECTIONS_PREFIX": "single/",
        "Variables_Prefix": "",
        "region_name": "us-east-1",
        "": "nobody's",
    }

    found = backend(settings, **{SINGLE + kwarg: text for kwarg, text in single.items()})

    assert found.prefixes == {"connections": "single", "variables": "", "config": "airflow/config"}
    assert found.patterns["variables"] == "^etl"
    assert found.region == "us-east-1"
    assert found.notes == ()


def test_takes_null_in_a_variable_of_a_single_kwarg_for_a_word(settings: Settings) -> None:
    found = backend(settings, **{f"{SINGLE}CONFIG_PREFIX": "null"})

    assert found.secret_name("config", "smtp") == "null/smtp"
    (note,) = found.notes
    assert f"{SINGLE}CONFIG_PREFIX is the word null for Airflow" in note
    assert f"Write it in {SECRETS}_KWARGS" in note


@pytest.mark.parametrize(
    ("kwarg", "text"),
    [
        ("USE_SSL", "true"),
        ("CONFIG_KWARGS", f'{{"x": "{CANARY}"}}'),
        ("ASSUME_ROLE_KWARGS", f'{{"ExternalId": "{CANARY}"}}'),
        ("EXTRA_CONN_WORDS", f'{{"{CANARY}": []}}'),
        *(("VERIFY", text) for text in ("", "true", "False", "null")),
    ],
)
def test_refuses_text_that_airflow_could_not_work_with(
    settings: Settings, kwarg: str, text: str
) -> None:
    told = mistake(settings, **{SINGLE + kwarg: text})

    assert told.startswith(f"{SINGLE}{kwarg}: ")
    assert f"Write it in {SECRETS}_KWARGS, as JSON" in told


def test_hands_text_on_that_airflow_can_work_with(settings: Settings) -> None:
    found = backend(
        settings, **{f"{SINGLE}VERIFY": "/etc/ca.pem", f"{SINGLE}API_VERSION": "2017-10-17"}
    )

    assert found.aws["verify"] == "/etc/ca.pem"
    assert found.aws["api_version"] == "2017-10-17"


def test_names_the_variable_whose_pattern_is_wrong_without_the_pattern(settings: Settings) -> None:
    told = mistake(settings, **{f"{SINGLE}CONFIG_LOOKUP_PATTERN": f"(?P={CANARY})"})

    assert told.startswith(
        f"{SINGLE}CONFIG_LOOKUP_PATTERN: config_lookup_pattern is no regular expression"
    )


@pytest.mark.parametrize(
    "given", [{"connections_lookup_pattern": f"(?P={CANARY})"}, {"extra_conn_words": {CANARY: []}}]
)
def test_names_the_object_where_a_kwarg_of_it_is_wrong(
    settings: Settings, given: dict[str, object]
) -> None:
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps(given)

    assert mistake(settings).startswith(f"{SECRETS}_KWARGS: {next(iter(given))}")


def test_leaves_variables_of_a_single_kwarg_to_the_airflow_that_reads_them(
    settings: Settings,
) -> None:
    variables = {f"{SINGLE}CONNECTIONS_PREFIX": "single"}

    assert backend(settings, "3.2", **variables).prefixes["connections"] == "single"
    old = backend(settings, "3.1.8", **variables)

    assert old.prefixes["connections"] == "team/connections"
    (note,) = old.notes
    assert "Airflow reads such variables from 3.2 on" in note


def test_follows_references_as_airflow_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "$NEXT")
    monkeypatch.setenv("NEXT", "prod")
    monkeypatch.setenv("ROUND", "${ROUND}")
    text = (
        '{"connections_prefix": "${STAGE}/c", "variables_prefix": "$NOBODYS", "config_prefix": '
        '"$ROUND"}'
    )

    found = variables_of({f"{SECRETS}_KWARGS": text, f"{SINGLE}SEP": "$STAGE", "OTHER": "x"})

    read = (
        '{"connections_prefix": "prod/c", "variables_prefix": "$NOBODYS", "config_prefix": '
        '"${ROUND}"}'
    )
    assert found == {f"{SECRETS}_KWARGS": read, f"{SINGLE}SEP": "$STAGE"}


@pytest.mark.parametrize(
    ("theirs", "differing"),
    [
        ({"connections_prefix": CANARY}, "connections_prefix"),
        ({"config_prefix": None}, "config_prefix"),
        ({"variables_lookup_pattern": None}, "variables_lookup_pattern"),
        ({"sep": "-"}, "sep"),
        ({"region_name": "us-east-1"}, "region_name"),
        ({"config_kwargs": {"region_name": "us-east-1"}}, "region_name"),
        ({"endpoint_url": "https://vpce.example.com"}, "endpoint_url"),
        ({"role_arn": "arn:aws:iam::210987654321:role/airflow"}, "role_arn"),
        ({"role_arn": None}, "role_arn"),
        ({"role_arn": None, "profile_name": CANARY}, "role_arn, profile_name"),
    ],
)
def test_notes_that_workers_look_elsewhere(
    settings: Settings, theirs: dict[str, object], differing: str
) -> None:
    (note,) = notes(settings, **{WORKERS: OURS, f"{WORKERS}_KWARGS": kwargs(**theirs)})

    assert note.startswith("Airflow's workers are configured to look elsewhere")
    assert f"({WORKERS}_KWARGS has another {differing})" in note
    assert "tasks may not find what is saved here" in note
    assert CANARY not in note


def test_notes_that_workers_without_kwargs_look_below_the_default_prefixes(
    settings: Settings,
) -> None:
    (note,) = notes(settings, **{WORKERS: OURS})

    assert "another connections_prefix, variables_lookup_pattern, region_name, role_arn" in note


def test_notes_what_single_kwargs_of_workers_change(settings: Settings) -> None:
    given = {WORKERS: OURS, f"{WORKERS}_KWARGS": kwargs(), f"{WORKERS}_KWARG__SEP": "-"}

    (note,) = notes(settings, **given)

    assert "another sep)" in note
    assert notes(settings, "3.1", **given) == ()


@pytest.mark.parametrize("workers", [OTHER, f'"{OURS}"', CANARY])
def test_notes_that_workers_have_another_back_end(settings: Settings, workers: str) -> None:
    (note,) = notes(settings, **{WORKERS: workers, f"{WORKERS}_KWARGS": kwargs()})

    assert (
        f"{WORKERS} names no SecretsManagerBackend, so tasks may not find what is saved here"
        in note
    )
    assert CANARY not in note


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CANARY, f"{WORKERS}_KWARGS is no JSON. Airflow itself would go on without it"),
        (f'["{CANARY}"]', f"{WORKERS}_KWARGS must be a table"),
        ('{"sep": 5}', f"{WORKERS}_KWARGS: sep must be text"),
    ],
)
def test_notes_what_workers_could_not_work_with(settings: Settings, text: str, names: str) -> None:
    (note,) = notes(settings, **{WORKERS: OURS, f"{WORKERS}_KWARGS": text})

    assert note.startswith(names)
    assert "tasks may not find what is saved here" in note
    assert CANARY not in note


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {WORKERS: "", f"{WORKERS}_KWARGS": ""},
        {WORKERS: OURS, f"{WORKERS}_KWARGS": kwargs()},
        {
            WORKERS: OURS,
            f"{WORKERS}_KWARGS": kwargs(role_arn="arn:aws:iam::123456789012:role/workers"),
        },
        {WORKERS: OURS, f"{WORKERS}_KWARGS": kwargs(extra_conn_words={"user": ["account"]})},
        {f"{WORKERS}_KWARGS": kwargs()},
        {WORKERS: f"mine.Cached{OURS.rpartition('.')[2]}", f"{WORKERS}_KWARGS": kwargs()},
    ],
)
def test_notes_nothing_of_workers_that_look_here(
    settings: Settings, variables: dict[str, str]
) -> None:
    assert notes(settings, **variables) == ()


def test_notes_nothing_of_workers_of_an_airflow_that_has_no_such_setting(
    settings: Settings,
) -> None:
    assert notes(settings, "2.11", **{WORKERS: OTHER}) == ()


def test_notes_that_kwargs_of_workers_do_nothing_without_their_back_end(settings: Settings) -> None:
    (note,) = notes(settings, **{f"{WORKERS}_KWARGS": kwargs(sep="-")})

    assert f"{WORKERS}_KWARGS does nothing" in note
    assert "tasks may not find" not in note


@pytest.mark.parametrize("other", [OTHER, f'"{OURS}"', f"{OURS} ", CANARY])
def test_notes_that_airflow_has_another_back_end(settings: Settings, other: str) -> None:
    (note,) = notes(settings, **{SECRETS: other})

    assert (
        f"{SECRETS} names no SecretsManagerBackend, so Airflow doesn't read what is saved here"
        in note
    )
    assert CANARY not in note


@pytest.mark.parametrize(
    "ours", ["", OURS, "airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend"]
)
def test_notes_nothing_of_airflows_back_end(settings: Settings, ours: str) -> None:
    assert notes(settings, **{SECRETS: ours}) == ()


def test_notes_a_back_end_that_is_named_by_a_misspelt_variable(settings: Settings) -> None:
    (note,) = notes(settings, **{f"{SECRETS}S": OURS})

    assert f"{SECRETS}S is set, which Airflow ignores" in note
    assert notes(settings, **{f"{SECRETS}S": OURS, SECRETS: OURS}) == ()


def test_notes_commands_that_it_does_not_run(settings: Settings) -> None:
    workers = {WORKERS: OURS, f"{WORKERS}_KWARGS_CMD": CANARY}
    (of_workers,) = notes(settings, **workers)
    settings.AIRFLOW_BACKEND_KWARGS = ""
    (of_secrets,) = notes(settings, **{f"{SECRETS}_KWARGS_CMD": CANARY})

    assert f"{WORKERS}_KWARGS_CMD isn't run here" in of_workers
    assert f"{SECRETS}_KWARGS_CMD isn't run here" in of_secrets
    assert CANARY not in of_workers + of_secrets


def test_is_told_of_at_start(settings: Settings) -> None:
    (told,) = problems(settings, AIRFLOW_VARIABLES={SECRETS: OTHER})

    assert told.startswith(f"default: {SECRETS} names no SecretsManagerBackend")


def test_is_read_from_the_variables_of_the_process() -> None:
    given = {
        f"{SINGLE}SEP": CANARY,
        WORKERS: OURS,
        f"{WORKERS}_KWARGS": '{"region_name": "eu-central-1"}',
    }
    done = run("manage.py", "check", AIRFLOW_RELEASE="3.3", **given)

    assert done.returncode == 0, done.stderr
    assert "default: Airflow's workers are configured to look elsewhere" in done.stderr
    assert "another sep)" in done.stderr
    assert CANARY not in done.stderr
    assert f"{SINGLE}USE_SSL: Airflow takes" in check(**{f"{SINGLE}USE_SSL": "true"})
    assert "AIRFLOW_RELEASE is too old" in check(AIRFLOW_RELEASE="2.8")


def test_is_not_read_where_there_is_a_file(settings: Settings, tmp_path: Any) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[environments.dev]\n")
    settings.SECRETSADMIN_CONFIG = str(path)
    settings.AIRFLOW_VARIABLES = {SECRETS: OTHER, f"{SINGLE}USE_SSL": "true"}
    settings.AIRFLOW_RELEASE = "2.8"

    dev = configured_site().environments["dev"]

    assert (dev.backend.airflow, dev.backend.notes) == ("", ())
