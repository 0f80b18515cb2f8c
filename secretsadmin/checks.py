"""System checks: a missing or wrong setting is an error at start, named, with what to write instead."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name.
from django.core.exceptions import ImproperlyConfigured

from secretsadmin import environments
from secretsadmin.addresses import LOOPBACK, NO_DATABASE, endpoint_of, is_address_or_network, public_address
from secretsadmin.environments import Environment, Site
from secretsadmin.overlaps import overlaps
from secretsadmin.sqlite3.base import files_of, is_open_to_others

MIN_KEY = 32
MAKE_KEY = "Write 50 random characters, for example of: python -c 'import secrets; print(secrets.token_urlsafe(50))'."


@register
def check_keys(**_: Any) -> list[CheckMessage]:
    keys = {"SECRET_KEY": _secret_key(), "AUDIT_KEY": settings.AUDIT_KEY}
    problems: list[CheckMessage] = [
        Error(f"{name} is {'too short' if key else 'missing'}.", hint=MAKE_KEY, id="secretsadmin.E001")
        for name, key in keys.items()
        if len(key) < MIN_KEY
    ]
    if not problems and keys["SECRET_KEY"] == keys["AUDIT_KEY"]:
        problems.append(Error("AUDIT_KEY is the same as SECRET_KEY.", hint=MAKE_KEY, id="secretsadmin.E002"))
    return problems


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        # Django refuses to hand out an empty one.
        return ""


@register
def check_public_url(**_: Any) -> list[CheckMessage]:
    address = public_address(settings.PUBLIC_URL)
    if address is None:
        hint = "Write the address that people open, such as https://airflow-secrets.example.com, and nothing after it."
        return [Error("PUBLIC_URL is missing or no address of a site.", hint=hint, id="secretsadmin.E003")]
    if address.scheme == "http" and address.host not in LOOPBACK:
        hint = "Passwords cross this connection: write https://, or 127.0.0.1 for a trial on this machine."
        return [Error("PUBLIC_URL is http and not on loopback.", hint=hint, id="secretsadmin.E004")]
    return []


@register
def check_proxies(**_: Any) -> list[CheckMessage]:
    if all(is_address_or_network(text) for text in settings.FORWARDED_ALLOW_IPS):
        return []
    hint = "Write addresses or networks of proxies, such as 10.0.3.4,10.0.8.0/24, or * for whoever connects."
    return [Error("FORWARDED_ALLOW_IPS names something that is no address.", hint=hint, id="secretsadmin.E010")]


@register
def check_times(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if not 0 < settings.SESSION_IDLE_AGE <= settings.SESSION_COOKIE_AGE:
        hint = "Write numbers: how many minutes a session lasts unused, and how many hours at most, such as 60 and 12."
        title = "SESSION_IDLE_MINUTES and SESSION_HOURS leave no session any time."
        problems.append(Error(title, hint=hint, id="secretsadmin.E020"))
    if settings.AWS_SECONDS <= 0:
        hint = "Write how many seconds a page waits for AWS at most, such as 10."
        problems.append(Error("AWS_SECONDS is no time that anybody can wait.", hint=hint, id="secretsadmin.E021"))
    return problems


@register
def check_configuration(**_: Any) -> list[CheckMessage]:
    try:
        site = environments.site()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="secretsadmin.E005")]
    found = [message for environment in site.environments.values() for message in _backend(environment)]
    return [*found, *_shared_names(site), *_shared_kinds(site)]


def _backend(environment: Environment) -> Iterator[CheckMessage]:
    aws = environment.backend.aws
    for note in environment.backend.notes:
        yield Warning(f"{environment.name}: {note}", id="secretsadmin.W001")
    if aws.get("assume_role_method", "assume_role") != "assume_role":
        yield Error(
            f"{environment.name}: this assume_role_method isn't supported here.",
            hint="Leave it out; web identities are found in the environment by themselves.",
            id="secretsadmin.E006",
        )
    if _is_open_to_all(aws):
        yield Warning(
            f"{environment.name}: values cross the network in a way that anybody on it can read or change.",
            hint="Leave out verify and use_ssl, and write https:// in endpoint_url.",
            id="secretsadmin.W002",
        )


def _is_open_to_all(aws: Mapping[str, Any]) -> bool:
    endpoint = endpoint_of(aws.get("endpoint_url", ""))
    is_plain = endpoint is not None and endpoint.scheme == "http" and endpoint.host not in LOOPBACK
    return is_plain or aws.get("verify") is False or aws.get("use_ssl") is False


def _shared_names(site: Site) -> Iterator[CheckMessage]:
    for overlap in overlaps(site):
        one, other = overlap.one.name, overlap.other.name
        names = f"names, such as {overlap.prefix}…," if overlap.prefix else "names,"
        told = (
            f"The environments {one} and {other} look up some of the same {names} "
            "for all that is known in the same account."
        )
        hint = (
            "Give each prefixes of its own, for variables and config options, too. Or if they are in two accounts, "
            f'say so: account = "123456789012" in [environments.{one}], and another one in [environments.{other}].'
        )
        if overlap.is_breach:
            told += " Protection and grants of the one would be worth nothing in the other."
            yield Error(told, hint=hint, id="secretsadmin.E012")
        else:
            yield Warning(told, hint=hint, id="secretsadmin.W003")


def _shared_kinds(site: Site) -> Iterator[CheckMessage]:
    """Kinds that can't be told apart, where a grant tells them apart."""
    if not any(grant.kinds for grant in site.grants):
        return
    for environment in site.environments.values():
        prefixes = list(_prefixes(environment))
        if len(set(prefixes)) < len(prefixes):
            yield Error(
                f"grants: a grant is for some kinds alone, but in {environment.name} two kinds have the same prefix.",
                hint="Leave kinds out of the grants, or give each kind a prefix of its own.",
                id="secretsadmin.E008",
            )


def _prefixes(environment: Environment) -> Iterable[str]:
    backend = environment.backend
    return (backend.name_prefix(kind) for kind in backend.prefixes if backend.is_enabled(kind))


@register
def check_database_url(**_: Any) -> list[CheckMessage]:
    database = settings.DATABASES["default"]
    hint = (
        "Write sqlite:////path/to/file.sqlite3 or postgres://user:password@host/name, with special characters as %40."
    )
    if database["ENGINE"] == NO_DATABASE["ENGINE"]:
        return [Error("DATABASE_URL names neither SQLite nor PostgreSQL.", hint=hint, id="secretsadmin.E007")]
    is_file = database["ENGINE"].endswith("sqlite3") and ":memory:" not in str(database["NAME"])
    return list(_database_file(Path(database["NAME"]))) if is_file else []


def _database_file(path: Path) -> Iterator[CheckMessage]:
    if not path.parent.is_dir():
        hint = "Make the folder, or write sqlite:////path/to/file.sqlite3 with one that is there."
        yield Error("DATABASE_URL names a file in a folder that isn't there.", hint=hint, id="secretsadmin.E009")
    user = os.geteuid()
    for file in files_of(path):
        # What is our own, and root's everything, is made private when it is opened.
        if user not in (0, file.stat().st_uid) and is_open_to_others(file):
            hint = f"Let its owner write: chmod 600 {file}"
            yield Error(f"Others than its owner can read {file}.", hint=hint, id="secretsadmin.E011")
