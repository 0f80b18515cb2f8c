"""Environments come from a file or from Airflow's own variable, and errors name what is wrong."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site, find_environment
from secretsadmin.kinds import CONFIG, CONNECTIONS

CANARY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
WHOLE = """
[environments.dev]
[environments.prod]
title = "Production"
protected = true
color = "red"
airflow = "3.1.5"
teams = ["analytics"]
[environments.prod.backend_kwargs]
connections_prefix = "prod/connections"

[[grants]]
group = "data-team"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
"""


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    settings.SECRETSADMIN_CONFIG = str(path)
    return path


def mistake() -> str:
    with pytest.raises(ImproperlyConfigured) as raised:
        configured_site()
    return str(raised.value)


def test_are_read_from_the_file(file: Path) -> None:
    file.write_text(WHOLE)

    site = configured_site()

    assert list(site.environments) == ["dev", "prod"]
    prod = site.environments["prod"]
    assert (prod.title, prod.protected, prod.color) == ("Production", True, "red")
    assert (
        Ref(prod, CONNECTIONS, "orders", "analytics").name == "prod/connections/analytics--orders"
    )
    assert prod.backend.airflow == "3.1.5"
    assert site.environments["dev"].title == "dev"
    assert site.environments["dev"].backend.airflow == ""
    (grant,) = site.grants
    assert (grant.group, grant.role) == ("data-team", "editor")
    assert (set(grant.environments), set(grant.kinds)) == ({"dev"}, {"variables"})


def test_are_one_from_airflows_variable_where_there_is_no_file(settings: Settings) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps({"connections_prefix": "x"})

    site = configured_site()

    assert list(site.environments) == ["default"]
    assert Ref(site.environments["default"], CONNECTIONS, "orders").name == "x/orders"
    assert [(grant.group, grant.role) for grant in site.grants] == [
        ("viewers", "viewer"),
        ("editors", "editor"),
        ("admins", "admin"),
        ("auditors", "auditor"),
    ]


@pytest.mark.parametrize("release", ["", "2.9", "2.11.2", "3.0", "3.10"])
def test_know_the_release_of_airflow_where_there_is_no_file(
    settings: Settings, release: str
) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_RELEASE = release

    assert configured_site().environments["default"].backend.airflow == release


@pytest.mark.parametrize(
    ("release", "names"), [("3", "must be a release of Airflow 2 or 3"), ("2.8", "is too old")]
)
def test_name_the_setting_of_a_release_that_is_none(
    settings: Settings, release: str, names: str
) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_RELEASE = release

    assert mistake().startswith(f"AIRFLOW_RELEASE {names}")


def test_take_ids_and_teams_apart_as_they_put_them_together(file: Path) -> None:
    file.write_text(WHOLE)
    prod = configured_site().environments["prod"]

    for id_, team in (("orders", "analytics"), ("orders", None)):
        ref = Ref(prod, CONNECTIONS, id_, team)
        assert Ref.from_key(prod, CONNECTIONS, ref.key) == ref
    assert Ref.from_key(prod, CONFIG, "analytics--x") == Ref(prod, CONFIG, "analytics--x")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "names no environment"),
        ("environments = 5", "names no environment"),
        ("[environments]", "names no environment"),
        ("[environments.dev", "no TOML at end of document"),
        (
            f'[environments.dev]\nbackend_kwargs = {{aws_secret_access_key = "{CANARY}"',
            "no TOML at end of document",
        ),
        (
            f"[environments.dev.backend_kwargs]\naws_secret_access_key = {CANARY}",
            "no TOML at line 2",
        ),
        (f'"{CANARY}" = 1\n"{CANARY}" = 2', "no TOML at end of document"),
        ("[environments.dev]\n[somewhere]", "unknown entry: somewhere"),
        ("[environments.dev]\nprefix = 'x'", "environments.dev has an unknown entry: prefix"),
        ("[environments]\ndev = 5", "environments.dev must be a table"),
        ("[environments.dev]\nbackend_kwargs = 5", "environments.dev must be a table"),
        ("[environments.audit]", "none can be named 'audit'"),
        ("[environments.'a b']", "none can be named 'a b'"),
        ("[environments.'a/b']", "none can be named 'a/b'"),
        ("[environments.'']", "none can be named ''"),
        ("[environments.'prоd']", "none can be named"),  # noqa: RUF001 - the o is Cyrillic.
        (f"[environments.{'a' * 65}]", "none can be named"),
        ("[environments.dev]\ncolor = 'pink'", "environments.dev.color must be one of green"),
        (
            "[environments.dev]\nsource_identity = 'yes'",
            "environments.dev.source_identity must be true or false",
        ),
        ("[environments.dev]\nkms_key = 5", "environments.dev.kms_key must be the ARN of a key"),
        (
            "[environments.dev]\nkms_key = 'arn:aws:kms:eu-central-1:123456789012:alias/x'",
            "environments.dev.kms_key must be the ARN of a key and no alias",
        ),
        (
            """[environments.dev]
            kms_key = 'arn:aws:kms:eu-west-3:123456789012:key/x'
            backend_kwargs = {region_name = 'eu-central-1'}""",
            "environments.dev.kms_key is of another region than its secrets",
        ),
        (
            "[environments.dev]\nprotected = 'yes'",
            "environments.dev.protected must be true or false",
        ),
        *(
            (
                f"[environments.dev]\nairflow = {release}",
                "environments.dev.airflow must be a release of Airflow 2 or 3",
            )
            for release in (
                "3.1",
                "3",
                "true",
                "'3'",
                "'3.x'",
                "'v3.1'",
                "'4.0'",
                "'3.1.2.3'",
                "'03.1'",
                "'3.\u0661'",
            )
        ),
        *(
            (
                f"[environments.dev]\nairflow = '{release}'",
                "environments.dev.airflow is too old: .* is 2.9",
            )
            for release in ("2.8", "2.8.4", "1.10.15")
        ),
        ("[environments.dev]\nteams = 'analytics'", "environments.dev.teams must be a list"),
        ("[environments.dev]\nteams = 5", "environments.dev.teams must be a list"),
        ("[environments.dev]\nteams = ['a']", "environments.dev: A team's name"),
        ("[environments.dev.backend_kwargs]\nsep = 5", "environments.dev: sep must be text"),
        (
            f"[environments.dev.backend_kwargs]\naws_secret_access_key = ['{CANARY}']",
            "environments.dev: aws_secret_access_key must be text",
        ),
        ("grants = 5\n[environments.dev]", r"grants must be written as \[\[grants\]\] tables"),
        ("grants = [5]\n[environments.dev]", r"grants must be written as \[\[grants\]\] tables"),
        ("[environments.dev]\n[[grants]]\nrole = 'admin'", "A grant needs a group"),
        (
            "[environments.dev]\n[[grants]]\ngroup = 'g'\nrole = 'root'",
            "viewer, editor, admin, auditor",
        ),
        (
            "[environments.dev]\n[[grants]]\ngroup = 'g'\nrole = 'admin'\nwho = 'x'",
            "grants has an unknown entry: who",
        ),
        *(
            (
                f"[environments.dev]\n[[grants]]\ngroup = 'g'\nrole = 'admin'\n{name} = {value}",
                f"grants.{name} must be",
            )
            for name in ("environments", "kinds")
            for value in ("'dev'", "5", "[]", "[5]", "[['dev']]")
        ),
        (
            "[environments.dev]\n[[grants]]\ngroup = 'g'\nrole = 'admin'\nenvironments = ['x']",
            "an environment that isn't there: x",
        ),
        (
            "[environments.dev]\n[[grants]]\ngroup = 'g'\nrole = 'admin'\nkinds = ['x']",
            "a kind that isn't there: x",
        ),
    ],
)
def test_name_what_is_wrong_in_the_file_without_a_secret_of_it(
    file: Path, text: str, names: str
) -> None:
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ImproperlyConfigured, match=names) as raised:
        configured_site()

    assert CANARY not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_name_the_file_that_is_not_there(file: Path) -> None:
    assert str(file) in mistake()


def test_name_no_configuration_that_was_written_in_place_of_its_path(settings: Settings) -> None:
    settings.SECRETSADMIN_CONFIG = f'[environments.dev]\naws_secret_access_key = "{CANARY}"'

    assert mistake().startswith("SECRETSADMIN_CONFIG can't be read")
    assert CANARY not in mistake()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00", b"a = " + b"[" * 10_000])
def test_name_a_file_that_is_no_text(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    assert mistake().startswith("SECRETSADMIN_CONFIG is no TOML")


@pytest.mark.parametrize(
    ("kwargs", "names"),
    [
        ("{", "is no JSON"),
        (f'{{"aws_secret_access_key": {CANARY}', "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1]", "must be a table"),
        ('"text"', "must be a table"),
        ("null", "must be a table"),
        ('{"sep": null}', "sep must be text"),
        (
            '{"connections_lookup_pattern": "("}',
            "connections_lookup_pattern is no regular expression",
        ),
    ],
)
def test_name_airflows_variable_where_it_is_wrong(
    settings: Settings, kwargs: str, names: str
) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_BACKEND_KWARGS = kwargs

    assert mistake().startswith("AIRFLOW__SECRETS__BACKEND_KWARGS")
    assert names in mistake()
    is_unreadable = names in ("is no JSON", "must be a table")
    assert (
        "Airflow itself would go on without it, with its default prefixes" in mistake()
    ) == is_unreadable
    assert CANARY not in mistake()


def test_hide_the_keys_of_aws_from_their_repr(settings: Settings) -> None:
    settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps({"aws_secret_access_key": CANARY})

    environment = find_environment("default")

    assert isinstance(environment, Environment)
    assert CANARY not in repr(configured_site())
    assert CANARY not in repr(Ref(environment, CONNECTIONS, "orders"))


@pytest.mark.parametrize(
    ("entries", "asks"),
    [
        ("", (False, 0)),
        ("protected = true", (False, 300)),
        ("protected = true\nreauthenticate_minutes = 0", (False, 0)),
        ("second_factor = true\nreauthenticate_minutes = 15", (True, 900)),
    ],
)
def test_say_what_they_ask_of_a_sign_in(file: Path, entries: str, asks: tuple[bool, int]) -> None:
    file.write_text(f"[environments.dev]\n{entries}\n")

    dev = configured_site().environments["dev"]

    assert (dev.second_factor, dev.reauthenticate_seconds) == asks


@pytest.mark.parametrize(
    "entry",
    [
        'second_factor = "yes"',
        "second_factor = 1",
        "reauthenticate_minutes = -1",
        "reauthenticate_minutes = 1.5",
        "reauthenticate_minutes = true",
        "reauthenticate_minutes = 1441",
        'reauthenticate_minutes = "5"',
    ],
)
def test_name_what_they_ask_wrongly(file: Path, entry: str) -> None:
    file.write_text(f"[environments.dev]\n{entry}\n")

    assert f"environments.dev.{entry.partition(' ')[0]} must be" in mistake()


@pytest.mark.parametrize("name", ["account", "admin"])
def test_take_no_name_of_a_page(file: Path, name: str) -> None:
    file.write_text(f"[environments.{name}]\n")

    assert "none can be named" in mistake()
