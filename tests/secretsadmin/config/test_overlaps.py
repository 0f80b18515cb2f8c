"""Environments that overlap keep a site from starting where somebody could do more."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from tests.secretsadmin.config.test_checks import run

ROLE = "arn:aws:iam::123456789012:role/{}"
PROTECTED = {"protected": True}
DEV = {"connections_prefix": "prod/airflow", "variables_prefix": "dev/v", "config_prefix": "dev/c"}
PROD = {
    "connections_prefix": "prod/airflow/connections",
    "variables_prefix": "prod/v",
    "config_prefix": "prod/c",
}
EVERYBODY = [{"group": "data", "role": "editor"}]


def table(name: str, kwargs: dict[str, Any], more: dict[str, Any]) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    # As the text that Airflow itself takes, because TOML has no null.
    return "\n".join(
        [f"[environments.{name}]", *lines, f"backend_kwargs = '{json.dumps(kwargs)}'", ""]
    )


def written(
    dev: dict[str, Any],
    prod: dict[str, Any],
    of_dev: Any = (),
    of_prod: Any = (),
    grants: Any = EVERYBODY,
) -> str:
    groups = [
        "\n".join(f"{key} = {json.dumps(value)}" for key, value in grant.items())
        for grant in grants
    ]
    tables = [table("dev", dev, dict(of_dev)), table("prod", prod, dict(of_prod))]
    return "\n".join([*tables, *(f"[[grants]]\n{group}\n" for group in groups)])


@pytest.fixture
def told(settings: Settings, tmp_path: Path) -> Any:
    """What the checks say of a configuration: errors and warnings, by their ids."""

    def check(text: str) -> list[str]:
        # Each configuration is another file, because a running site never reads one twice.
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(text)
        settings.SECRETSADMIN_CONFIG = str(path)
        return [str(message.id).removeprefix("secretsadmin.") for message in run_checks()]

    return check


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"use_ssl": True},
        {"verify": True},
        {"config_kwargs": {"retries": {"max_attempts": 1}}},
        {"region_name": "eu-central-1"},
        {"profile_name": "prod"},
        {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"},
        {"role_arn": ROLE.format("prod")},
        {"endpoint_url": "https://secretsmanager.eu-central-1.amazonaws.com"},
        {"endpoint_url": "https://vpce-1-x.secretsmanager.eu-central-1.vpce.amazonaws.com"},
        {"endpoint_url": "https://secrets.example.com"},
        {"api_version": "2017-10-17"},
    ],
    ids=lambda more: next(iter(more), "nothing"),
)
def test_are_told_whatever_else_differs(told: Any, more: dict[str, Any]) -> None:
    """What says nothing of the account and the region keeps nobody apart."""
    assert told(written(DEV, PROD | more, of_prod=PROTECTED)) == ["E012"]
    assert told(written(DEV | more, PROD, of_dev=PROTECTED)) == ["E012"]
    assert told(written(DEV | more, PROD)) == ["W003"]


@pytest.mark.parametrize(
    ("dev", "prod", "accounts"),
    [
        ({"region_name": "eu-central-1"}, {"region_name": "us-east-1"}, ("", "")),
        (
            {"region_name": "us-east-1"},
            {"config_kwargs": {"region_name": "eu-central-1"}},
            ("", ""),
        ),
        (
            {"role_arn": ROLE.format("dev")},
            {"role_arn": "arn:aws:iam::210987654321:role/prod"},
            ("", ""),
        ),
        ({}, {}, ("123456789012", "210987654321")),
        ({"profile_name": "dev"}, {"role_arn": ROLE.format("prod")}, ("210987654321", "")),
        (
            {"endpoint_url": "http://localhost:5000"},
            {"endpoint_url": "http://127.0.0.1:5001"},
            ("", ""),
        ),
        ({"endpoint_url": "http://127.0.0.1:5000"}, {}, ("", "")),
        (
            {"endpoint_url": "https://one.example.com"},
            {"endpoint_url": "https://two.example.com"},
            ("", ""),
        ),
    ],
)
def test_are_none_in_two_accounts_or_regions(
    told: Any, dev: dict[str, Any], prod: dict[str, Any], accounts: tuple[str, str]
) -> None:
    of_dev, of_prod = ({"account": account} if account else {} for account in accounts)

    assert told(written(DEV | dev, PROD | prod, of_dev, of_prod | PROTECTED)) == []


@pytest.mark.parametrize(
    ("dev", "prod"),
    [
        ({"endpoint_url": "http://localhost:5000"}, {"endpoint_url": "http://127.0.0.1:5000"}),
        (
            {"endpoint_url": "https://SECRETS.example.com"},
            {"endpoint_url": "https://secrets.example.com:443/"},
        ),
        ({"role_arn": ROLE.format("dev")}, {"role_arn": ROLE.format("prod")}),
        ({"region_name": "eu-central-1"}, {"region_name": "eu-central-1", "use_ssl": True}),
        ({"endpoint_url": "http://["}, {}),
    ],
)
def test_are_told_where_two_spellings_mean_the_same(
    told: Any, dev: dict[str, Any], prod: dict[str, Any]
) -> None:
    assert told(written(DEV | dev, PROD | prod, of_prod=PROTECTED)) == ["E012"]


@pytest.mark.parametrize(
    ("dev", "prod", "found"),
    [
        ({"connections_prefix": ""}, {}, ["E012"]),
        ({"connections_prefix": "prod"}, {"connections_prefix": "prod//"}, ["E012"]),
        ({"variables_prefix": "prod/airflow/connections/below"}, {}, ["E012"]),
        ({"connections_prefix": "prod/airflow/connections", "sep": "-"}, {}, []),
        ({"connections_prefix": "prod/airflow/connections-2"}, {}, []),
        ({"connections_prefix": "prod/airflow/conn", "sep": ""}, {}, ["E012"]),
        ({"connections_prefix": None}, {}, []),
        ({"connections_prefix": "prod/airflow/connections"}, {"connections_prefix": None}, []),
        ({"connections_prefix": "Prod/airflow"}, {}, []),
    ],
)
def test_are_found_by_the_names_that_airflow_asks_for(
    told: Any, dev: dict[str, Any], prod: dict[str, Any], found: list[str]
) -> None:
    apart = {
        "connections_prefix": "dev/airflow",
        "variables_prefix": "dev/v",
        "config_prefix": "dev/c",
    }

    assert told(written(apart | dev, PROD | prod, of_prod=PROTECTED)) == found


@pytest.mark.parametrize(
    ("grants", "found"),
    [
        ([{"group": "data", "role": "editor"}], "W003"),
        ([{"group": "data", "role": "editor", "environments": ["dev"]}], "E012"),
        ([{"group": "data", "role": "editor", "environments": ["dev", "prod"]}], "W003"),
        (
            [
                {"group": "data", "role": role, "environments": [name]}
                for role, name in (("editor", "dev"), ("viewer", "prod"))
            ],
            "E012",
        ),
        ([{"group": "data", "role": "editor", "kinds": ["connections"]}], "W003"),
        (
            [{"group": "data", "role": "editor", "environments": ["dev"], "kinds": ["variables"]}],
            "W003",
        ),
        (
            [
                {
                    "group": "data",
                    "role": "editor",
                    "environments": ["prod"],
                    "kinds": ["connections"],
                }
            ],
            "E012",
        ),
    ],
)
def test_are_refused_where_grants_differ(
    told: Any, grants: list[dict[str, Any]], found: str
) -> None:
    assert told(written(DEV, PROD, grants=grants)) == [found]


def test_are_refused_where_a_grant_tells_kinds_apart_across_environments(told: Any) -> None:
    dev = DEV | {"connections_prefix": "dev/x", "variables_prefix": "prod/airflow/connections"}
    grants = [{"group": "data", "role": "editor", "kinds": ["variables"]}]

    assert told(written(dev, PROD, grants=grants)) == ["E012"]


@pytest.mark.parametrize(
    ("account", "role", "mistake"),
    [
        ("12345", "", "account must be the twelve digits"),
        (123456789012, "", "account must be the twelve digits"),
        ("210987654321", ROLE.format("x"), "account differs from the account in its role_arn"),
        ("123456789012", ROLE.format("x"), ""),
    ],
)
def test_are_told_apart_by_accounts_that_are_some(
    settings: Settings, tmp_path: Path, account: object, role: str, mistake: str
) -> None:
    kwargs = DEV | ({"role_arn": role} if role else {})
    path = tmp_path / "site.toml"
    path.write_text(table("dev", kwargs, {"account": account}))
    settings.SECRETSADMIN_CONFIG = str(path)

    messages = [message.msg for message in run_checks()]

    assert [mistake in message for message in messages] == ([True] if mistake else [])


def test_keep_gunicorn_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(written(DEV, PROD | {"use_ssl": True}, of_prod=PROTECTED))

    done = run(
        "-m",
        "gunicorn",
        "secretsadmin.wsgi",
        "--bind",
        "127.0.0.1:0",
        SECRETSADMIN_CONFIG=str(path),
    )

    assert done.returncode != 0
    assert (
        "dev and prod look up some of the same names, such as prod/airflow/connections/"
        in done.stderr
    )
    assert 'account = "123456789012" in [environments.dev]' in done.stderr
    assert "Traceback" not in done.stderr


def test_are_told_when_a_site_starts(tmp_path: Path) -> None:
    """What is served is loaded here and not served: the process ends by itself."""
    path = tmp_path / "site.toml"
    path.write_text(written(DEV, PROD))

    done = run("-c", "import secretsadmin.wsgi", SECRETSADMIN_CONFIG=str(path))

    assert done.returncode == 0
    assert (
        "dev and prod look up some of the same names, such as prod/airflow/connections/"
        in done.stderr
    )
