"""The system checks ... (each test finishes the sentence)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

ROOT = Path(__file__).resolve().parents[3]
CANARY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
GOOD = {
    "SECRET_KEY": "one-" + "0123456789abcdef" * 4,
    "AUDIT_KEY": "two-" + "0123456789abcdef" * 4,
    "PUBLIC_URL": "https://airflow-secrets.example.com",
    "DATABASE_URL": "sqlite://:memory:",
    "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"region_name": "eu-central-1"}',
}
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")


def run(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, in an environment of GOOD and what is given."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, **GOOD, **given},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def check(**given: str) -> str:
    done = run("manage.py", "check", **given)
    assert done.returncode != 0
    assert CANARY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def problems(settings: Settings, **given: object) -> list[str]:
    given = {"AIRFLOW_BACKEND_KWARGS": GOOD["AIRFLOW__SECRETS__BACKEND_KWARGS"], **given}
    for name, value in given.items():
        setattr(settings, name, value)
    return [
        f"{message.msg} {message.hint}"
        for message in run_checks()
        if str(message.id).startswith("secretsadmin")
    ]


def test_find_nothing_wrong_with_production_settings() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "DEBUG")

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_name_everything_that_is_missing() -> None:
    told = check(SECRET_KEY="", AUDIT_KEY="", PUBLIC_URL="")

    assert "SECRET_KEY is missing" in told
    assert "AUDIT_KEY is missing" in told
    assert "PUBLIC_URL is missing" in told
    assert "https://airflow-secrets.example.com" in told


def test_say_what_to_set_where_nothing_says_where_airflow_looks(settings: Settings) -> None:
    (told,) = problems(settings, AIRFLOW_BACKEND_KWARGS="")

    assert told.startswith("Nothing says where Airflow looks its secrets up")
    assert "AIRFLOW__SECRETS__BACKEND_KWARGS" in told
    assert "SECRETSADMIN_CONFIG" in told


@pytest.mark.parametrize("variable", ["AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKENDS"])
def test_say_no_such_thing_where_airflows_variables_say_anything(
    settings: Settings, variable: str
) -> None:
    variables = {variable: "a.SecretsManagerBackend"}

    told = problems(settings, AIRFLOW_BACKEND_KWARGS="", AIRFLOW_VARIABLES=variables)

    assert "Nothing says" not in "".join(told)


def test_name_an_earlier_key_that_was_cut_off(settings: Settings) -> None:
    (told,) = problems(settings, AUDIT_KEYS_BEFORE=[CANARY[:20]])

    assert told.startswith("AUDIT_KEYS_BEFORE has a key that is too short")
    assert CANARY[:20] not in told


def test_name_a_wrong_database_url_without_its_password() -> None:
    told = check(DATABASE_URL=f"postgres://user:{CANARY}/x@host/name")

    assert "DATABASE_URL names neither SQLite nor PostgreSQL" in told
    assert "sqlite:////path" in told


def test_name_a_configuration_that_breaks_off_without_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f"[environments.dev.backend_kwargs]\naws_secret_access_key = {CANARY}\n")

    assert "SECRETSADMIN_CONFIG is no TOML at line 2" in check(SECRETSADMIN_CONFIG=str(path))


def test_name_airflows_variable_without_what_it_holds() -> None:
    assert "AIRFLOW__SECRETS__BACKEND_KWARGS is no JSON" in check(
        AIRFLOW__SECRETS__BACKEND_KWARGS=f'{{"k": {CANARY}'
    )


def test_keep_gunicorn_from_starting() -> None:
    done = run(
        "-m",
        "gunicorn",
        "secretsadmin.wsgi",
        "--bind",
        "127.0.0.1:0",
        AUDIT_KEY="",
        PUBLIC_URL="http://x.org",
    )

    assert done.returncode != 0
    assert "AUDIT_KEY is missing. Write 50 random characters" in done.stderr
    assert "PUBLIC_URL is http and not on loopback." in done.stderr
    assert "Traceback" not in done.stderr


def test_take_a_key_that_begins_with_a_dollar_sign() -> None:
    done = run(
        "manage.py", "check", SECRET_KEY="$" + "abcdefghij" * 6, AUDIT_KEY="$" + "0123456789" * 6
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY"])
def test_want_keys_of_some_length(settings: Settings, name: str) -> None:
    (told,) = problems(settings, **{name: "k" * 31})

    assert f"{name} is too short" in told
    assert "k" * 31 not in told


def test_want_two_keys(settings: Settings) -> None:
    (told,) = problems(settings, SECRET_KEY="k" * 50, AUDIT_KEY="k" * 50)

    assert "AUDIT_KEY is the same as SECRET_KEY" in told


@pytest.mark.parametrize(
    "url",
    [
        "",
        "airflow.example.com",
        "ftp://airflow.example.com",
        "https://",
        "https://*",
        "https://.example.com",
        "https://*.example.com",
        "https://user:password@airflow.example.com",
        "https://airflow.example.com/below",
        "https://airflow.example.com?x=1",
        "https://airflow.example.com:port",
        "https://[::1",
        "https://a b",
    ],
)
def test_want_the_address_of_a_site(settings: Settings, url: str) -> None:
    (told,) = problems(settings, PUBLIC_URL=url)

    assert "PUBLIC_URL is missing or no address" in told


@pytest.mark.parametrize(
    "url", ["http://airflow.example.com", "http://10.0.0.1:8000", "http://127.0.0.1.example.com"]
)
def test_take_http_for_nothing_but_loopback(settings: Settings, url: str) -> None:
    (told,) = problems(settings, PUBLIC_URL=url)

    assert "PUBLIC_URL is http and not on loopback" in told


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:8000/",
        "https://airflow.example.com",
        "https://10.0.0.1:8443/",
    ],
)
def test_find_nothing_wrong_with_an_address(settings: Settings, url: str) -> None:
    assert problems(settings, PUBLIC_URL=url) == []


def test_allow_debugging_on_loopback_alone(settings: Settings) -> None:
    (told,) = problems(settings, DEBUG=True, PUBLIC_URL="https://airflow.example.com")

    assert "DEBUG is on, and PUBLIC_URL is not on loopback." in told
    assert problems(settings, DEBUG=True, PUBLIC_URL="http://127.0.0.1:8000") == []


@pytest.mark.parametrize("proxies", ["proxy.internal", "10.0.0.1,10.0.0.300", "10.0.0.0/33", "**"])
def test_want_addresses_of_proxies(settings: Settings, proxies: str) -> None:
    (told,) = problems(settings, TRUSTED_PROXIES=proxies.split(","))

    assert "TRUSTED_PROXIES names something that is no address" in told


@pytest.mark.parametrize("proxies", ["*", "10.0.0.1", "10.0.0.1,10.0.8.0/24", "::1,fd00::/8"])
def test_find_nothing_wrong_with_proxies(settings: Settings, proxies: str) -> None:
    assert problems(settings, TRUSTED_PROXIES=proxies.split(",")) == []


def test_want_a_folder_for_the_database() -> None:
    told = check(DATABASE_URL="sqlite:////nowhere/secretsadmin.sqlite3")

    assert "DATABASE_URL names a file in a folder that isn't there" in told


def test_want_a_database_for_nobody_else(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "site.sqlite3"
    database.touch(0o600)
    monkeypatch.setitem(
        settings.DATABASES, "default", {"ENGINE": "secretsadmin.server.sqlite3", "NAME": database}
    )
    monkeypatch.setattr("os.geteuid", lambda: database.stat().st_uid + 1)
    assert problems(settings) == []

    (tmp_path / "site.sqlite3-wal").touch(0o644)

    (told,) = problems(settings)
    assert "site.sqlite3-wal" in told
    assert "chmod 600" in told


@pytest.mark.parametrize(
    ("kwargs", "tells"),
    [
        ({"full_url_mode": True}, "full_url_mode does nothing"),
        ({"regoin_name": "x"}, "regoin_name is not known"),
        ({"assume_role_method": CANARY}, "assume_role_method isn't supported"),
        ({"verify": False}, "anybody on it can read"),
        ({"use_ssl": False}, "anybody on it can read"),
        ({"endpoint_url": "http://10.0.0.1"}, "anybody on it can read"),
    ],
)
def test_tell_of_kwargs_that_do_not_do_what_they_seem_to(
    settings: Settings, kwargs: dict[str, object], tells: str
) -> None:
    (told,) = problems(settings, AIRFLOW_BACKEND_KWARGS=json.dumps(kwargs))

    assert told.startswith("default: ")
    assert tells in told
    assert CANARY not in told


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:5000", "http://localhost:5000", "https://vpce.example.com"]
)
def test_find_nothing_wrong_with_an_endpoint(settings: Settings, endpoint: str) -> None:
    assert problems(settings, AIRFLOW_BACKEND_KWARGS=json.dumps({"endpoint_url": endpoint})) == []


def site(settings: Settings, folder: Path, text: str) -> list[str]:
    path = folder / "site.toml"
    path.write_text(text)
    return problems(settings, SECRETSADMIN_CONFIG=str(path))


DEV = "[environments.dev.backend_kwargs]\nregion_name = 'eu-central-1'"


@pytest.mark.parametrize(
    "prefix", ["", "airflow/connections", "airflow/connections/prod", "airflow"]
)
def test_tell_of_environments_that_reach_into_each_other(
    settings: Settings, tmp_path: Path, prefix: str
) -> None:
    text = (
        f"[environments.dev]\n[environments.prod.backend_kwargs]\nconnections_prefix = '{prefix}'\n"
    )
    others = "variables_prefix = 'prod/variables'\nconfig_prefix = 'prod/config'\n"

    (told,) = site(settings, tmp_path, text + others)

    assert "dev and prod look up some of the same names" in told


@pytest.mark.parametrize(
    "kwargs",
    [
        "connections_prefix = 'prod/c'\nvariables_prefix = 'prod/v'\nconfig_prefix = 'prod/o'",
        (
            "connections_prefix = 'airflow/connections-prod'\nvariables_prefix = "
            "'prod/v'\nconfig_prefix = 'prod/o'"
        ),
        "region_name = 'us-east-1'",
    ],
)
def test_find_nothing_wrong_with_environments_apart(
    settings: Settings, tmp_path: Path, kwargs: str
) -> None:
    assert site(settings, tmp_path, f"{DEV}\n[environments.prod.backend_kwargs]\n{kwargs}\n") == []


def test_refuse_grants_by_kind_where_kinds_cannot_be_told_apart(
    settings: Settings, tmp_path: Path
) -> None:
    text = "[environments.dev.backend_kwargs]\nconnections_prefix = 'x'\nvariables_prefix = 'x'\n"
    grant = "[[grants]]\ngroup = 'g'\nrole = 'viewer'\n"

    (told,) = site(settings, tmp_path, f"{text}{grant}kinds = ['variables']")

    assert "in dev two kinds have the same prefix" in told
    (tmp_path / "other").mkdir()
    assert site(settings, tmp_path / "other", text + grant) == []


@pytest.mark.parametrize(
    "given",
    [
        {"SESSION_IDLE_MINUTES": "soon"},
        {"SESSION_IDLE_MINUTES": "0"},
        {"SESSION_IDLE_MINUTES": "-5"},
        {"SESSION_IDLE_MINUTES": "20000"},
        {"SESSION_HOURS": "0.5"},
        {"SESSION_HOURS": "inf"},
        {"SESSION_HOURS": ""},
        {"AWS_SECONDS": "ten"},
        {"AWS_SECONDS": "0"},
    ],
)
def test_name_a_time_that_is_none(given: dict[str, str]) -> None:
    [name] = given
    assert name in check(**given)


PROVIDER = {
    "OIDC_ISSUER": "https://idp.example.com",
    "OIDC_CLIENT_ID": "secrets-admin",
    "OIDC_CLIENT_SECRET": "x",
}
PROXY = {"REMOTE_USER_HEADER": "X-Forwarded-User", "REMOTE_USER_PEERS": "10.0.3.4,10.0.8.0/24"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({**PROVIDER, "OIDC_ISSUER": "http://idp.example.com"}, "OIDC_ISSUER"),
        ({**PROVIDER, "OIDC_ISSUER": "idp"}, "OIDC_ISSUER"),
        ({**PROVIDER, "OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID"),
        ({**PROVIDER, "OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET"),
        ({**PROVIDER, "OIDC_SCOPES": "profile"}, "OIDC_SCOPES"),
        ({**PROVIDER, "OIDC_GROUPS": "idp-admins admins"}, "OIDC_GROUPS"),
        ({**PROXY, "REMOTE_USER_HEADER": "X_User"}, "REMOTE_USER_HEADER"),
        ({**PROXY, "REMOTE_USER_PEERS": ""}, "REMOTE_USER_PEERS"),
        ({**PROXY, "REMOTE_USER_PEERS": "*"}, "REMOTE_USER_PEERS"),
        ({**PROXY, "REMOTE_USER_PEERS": "the proxy"}, "REMOTE_USER_PEERS"),
        ({"CACHE_URL": "memcached://host"}, "CACHE_URL"),
    ],
)
def test_name_what_is_wrong_with_a_way_to_sign_in(given: dict[str, str], name: str) -> None:
    assert name in check(**given)


def test_take_a_provider_a_proxy_and_redis() -> None:
    given = {**PROVIDER, **PROXY, "OIDC_GROUPS": "idp-admins=admins idp-ops=editors"}
    done = run("manage.py", "check", **given, CACHE_URL="redis://host:6379/0")
    assert done.returncode == 0, done.stderr
