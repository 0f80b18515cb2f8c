"""System checks: they stop a site with a wrong setting at start, and say what to write instead."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name.
from django.core.exceptions import ImproperlyConfigured

from secretsadmin.config.addresses import (
    LOOPBACK,
    NO_DATABASE,
    PublicAddress,
    endpoint_of,
    is_address_or_network,
    public_address,
)
from secretsadmin.config.environments import Environment, Grant, Site
from secretsadmin.config.overlaps import Overlap, overlaps, shared_kinds
from secretsadmin.config.patterns import fits_a_lookup
from secretsadmin.config.site import configured_site, says_where
from secretsadmin.config.streams import FILE, stream_of
from secretsadmin.server.sqlite3.base import files_of, is_open_to_others

MIN_KEY = 32
# What AWS takes in a name, with the wild cards of a pattern.
CAN_BE_AN_ID = re.compile(r"[A-Za-z0-9_+=.@/*?-]+")
MAKE_KEY = (
    "Write 50 random characters, for example of: "
    "python -c 'import secrets; print(secrets.token_urlsafe(50))'."
)


@register
def check_keys(**_: Any) -> list[CheckMessage]:
    keys = {"SECRET_KEY": _secret_key(), "AUDIT_KEY": settings.AUDIT_KEY}
    problems: list[CheckMessage] = []
    for name, key in keys.items():
        if len(key) < MIN_KEY:
            problem = "too short" if key else "missing"
            title = f"{name} is {problem}."
            problems.append(Error(title, hint=MAKE_KEY, id="secretsadmin.E001"))
    if any(len(key) < MIN_KEY for key in settings.AUDIT_KEYS_BEFORE):
        title = "AUDIT_KEYS_BEFORE has a key that is too short."
        hint = "Write the earlier AUDIT_KEYs whole, with commas between them."
        problems.append(Error(title, hint=hint, id="secretsadmin.E022"))
    if not problems and keys["SECRET_KEY"] == keys["AUDIT_KEY"]:
        title = "AUDIT_KEY is the same as SECRET_KEY."
        problems.append(Error(title, hint=MAKE_KEY, id="secretsadmin.E002"))
    return problems


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        # Django refuses to hand out an empty one.
        return ""


@register
def check_audit_stream(**_: Any) -> list[CheckMessage]:
    stream = stream_of(settings.AUDIT_STREAM)
    if stream is None:
        title = "AUDIT_STREAM names no place for the lines of the audit log."
        hint = (
            "Write stdout, file:/path/to/audit.jsonl, syslog:/dev/log, syslog:host:514, "
            "syslog:tcp:host:601, or none."
        )
        return [Error(title, hint=hint, id="secretsadmin.E023")]
    if stream.kind == FILE and stream.path and not stream.path.parent.is_dir():
        title = "AUDIT_STREAM names a file in a folder that isn't there."
        return [Error(title, hint="Make the folder.", id="secretsadmin.E024")]
    return []


@register
def check_public_url(**_: Any) -> list[CheckMessage]:
    address = public_address(settings.PUBLIC_URL)
    if address is None:
        title = "PUBLIC_URL is missing or no address of a site."
        hint = (
            "Write the address that people open, such as https://airflow-secrets.example.com, "
            "and nothing after it."
        )
        return [Error(title, hint=hint, id="secretsadmin.E003")]
    if address.scheme == "http" and address.host not in LOOPBACK:
        title = "PUBLIC_URL is http and not on loopback."
        hint = (
            "Passwords cross this connection: "
            "write https://, or 127.0.0.1 for a trial on this machine."
        )
        return [Error(title, hint=hint, id="secretsadmin.E004")]
    return list(_debug_problems(address))


def _debug_problems(address: PublicAddress) -> Iterator[CheckMessage]:
    if settings.DEBUG and address.host not in LOOPBACK:
        title = "DEBUG is on, and PUBLIC_URL is not on loopback."
        hint = "Leave DEBUG out: its pages of errors tell strangers how the site works inside."
        yield Error(title, hint=hint, id="secretsadmin.E030")


@register
def check_proxies(**_: Any) -> list[CheckMessage]:
    if all(is_address_or_network(text) for text in settings.TRUSTED_PROXIES):
        return []
    title = "TRUSTED_PROXIES names something that is no address."
    hint = (
        "Write addresses or networks of proxies, such as 10.0.3.4,10.0.8.0/24, "
        "or * for whoever connects."
    )
    return [Error(title, hint=hint, id="secretsadmin.E010")]


@register
def check_times(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if not 0 < settings.SESSION_IDLE_AGE <= settings.SESSION_COOKIE_AGE:
        title = "SESSION_IDLE_MINUTES and SESSION_HOURS leave no session any time."
        hint = (
            "Write numbers: how many minutes a session lasts unused, and how many hours at most, "
            "such as 720 and 168."
        )
        problems.append(Error(title, hint=hint, id="secretsadmin.E020"))
    if min(settings.REVEALS_PER_MINUTE, settings.REVEALS_PER_HOUR) <= 0:
        title = "REVEALS_PER_MINUTE or REVEALS_PER_HOUR lets nobody reveal anything."
        hint = "Write how many masked values a person may be shown, such as 20 and 100."
        problems.append(Error(title, hint=hint, id="secretsadmin.E026"))
    if settings.AWS_SECONDS <= 0:
        title = "AWS_SECONDS is no time that anybody can wait."
        hint = "Write how many seconds a page waits for AWS at most, such as 10."
        problems.append(Error(title, hint=hint, id="secretsadmin.E021"))
    return problems


@register
def check_configuration(**_: Any) -> list[CheckMessage]:
    try:
        site = configured_site()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="secretsadmin.E005")]
    problems: list[CheckMessage] = []
    if not says_where():
        title = "Nothing says where Airflow looks its secrets up, so its default prefixes hold."
        hint = (
            "Set AIRFLOW__SECRETS__BACKEND_KWARGS to what Airflow itself has, "
            "or SECRETSADMIN_CONFIG to the path of a TOML file with environments."
        )
        problems.append(Warning(title, hint=hint, id="secretsadmin.W005"))
    for environment in site.environments.values():
        problems += backend_problems(environment)
    problems += [overlap_problem(overlap) for overlap in overlaps(site)]
    return [*problems, *grant_problems(site)]


def backend_problems(environment: Environment) -> Iterator[CheckMessage]:
    aws = environment.backend.aws
    for note in environment.backend.notes:
        yield Warning(f"{environment.name}: {note}", id="secretsadmin.W001")
    if aws.get("assume_role_method", "assume_role") != "assume_role":
        title = f"{environment.name}: this assume_role_method isn't supported here."
        hint = "Leave it out; web identities are found in the environment by themselves."
        yield Error(title, hint=hint, id="secretsadmin.E006")
    if _is_open_to_all(aws):
        title = (
            f"{environment.name}: values cross the network in a way "
            "that anybody on it can read or change."
        )
        hint = "Leave out verify and use_ssl, and write https:// in endpoint_url."
        yield Warning(title, hint=hint, id="secretsadmin.W002")


def _is_open_to_all(aws: Mapping[str, Any]) -> bool:
    """Whether somebody on the way to AWS could read or change what is sent."""
    if aws.get("verify") is False or aws.get("use_ssl") is False:
        return True
    endpoint = endpoint_of(aws.get("endpoint_url", ""))
    return endpoint is not None and endpoint.scheme == "http" and endpoint.host not in LOOPBACK


def overlap_problem(overlap: Overlap) -> CheckMessage:
    first, second = overlap.first.name, overlap.second.name
    names = "names,"
    if overlap.prefix:
        names = f"names, such as {overlap.prefix}…,"
    title = (
        f"The environments {first} and {second} look up some of the same {names} "
        "for all that is known in the same account."
    )
    hint = (
        "Give each prefixes of its own, for variables and config options, too. "
        "Or if they are in two accounts, say so: "
        f'account = "123456789012" in [environments.{first}], '
        f"and another one in [environments.{second}]."
    )
    if not overlap.is_breach:
        return Warning(title, hint=hint, id="secretsadmin.W003")
    title += " Protection and grants of the one would be worth nothing in the other."
    return Error(title, hint=hint, id="secretsadmin.E012")


def grant_problems(site: Site) -> Iterator[CheckMessage]:
    yield from _shared_kinds(site)
    yield from _idle_patterns(site)


def _shared_kinds(site: Site) -> Iterator[CheckMessage]:
    for environment in shared_kinds(site):
        title = (
            "grants: a grant is for some kinds alone, "
            f"but in {environment.name} two kinds have the same prefix."
        )
        hint = "Leave kinds out of the grants, or give each kind a prefix of its own."
        yield Error(title, hint=hint, id="secretsadmin.E008")


def _idle_patterns(site: Site) -> Iterator[CheckMessage]:
    """Patterns of grants that fit no id which can exist in any of their environments."""
    for grant in site.grants:
        for pattern in grant.ids:
            if hint := _why_idle(site, grant, pattern):
                title = f"grants: the pattern {pattern!r} of {grant.title} matches no id."
                yield Warning(title, hint=hint, id="secretsadmin.W004")


def _why_idle(site: Site, grant: Grant, pattern: str) -> str:
    if not CAN_BE_AN_ID.fullmatch(pattern):
        return "Ids are letters, digits and _+=.@-/ alone."
    if not fits_a_lookup(site, grant, pattern):
        return "No lookup pattern of its environments takes such an id: Airflow never asks."
    return ""


@register
def check_database_url(**_: Any) -> list[CheckMessage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] == NO_DATABASE["ENGINE"]:
        title = "DATABASE_URL names neither SQLite nor PostgreSQL."
        hint = (
            "Write sqlite:////path/to/file.sqlite3 or postgres://user:password@host/name, "
            "with special characters as %40."
        )
        return [Error(title, hint=hint, id="secretsadmin.E007")]
    is_sqlite = database["ENGINE"].endswith("sqlite3")
    if not is_sqlite or ":memory:" in str(database["NAME"]):
        return []
    return list(_file_problems(Path(database["NAME"])))


def _file_problems(path: Path) -> Iterator[CheckMessage]:
    if not path.parent.is_dir():
        title = "DATABASE_URL names a file in a folder that isn't there."
        hint = "Make the folder, or write sqlite:////path/to/file.sqlite3 with one that is there."
        yield Error(title, hint=hint, id="secretsadmin.E009")
    user = os.geteuid()
    for file in files_of(path):
        # A file of our own is made private when it is opened, and root can do so with any file.
        can_make_private = user in (0, file.stat().st_uid)
        if not can_make_private and is_open_to_others(file):
            title = f"Others than its owner can read {file}."
            hint = f"Let its owner write: chmod 600 {file}"
            yield Error(title, hint=hint, id="secretsadmin.E011")
