"""System checks: a missing or wrong setting is an error at start, named, with what to write instead."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name.
from django.core.exceptions import ImproperlyConfigured

from secretsadmin import environments

MIN_KEY = 32
MAKE_KEY = "Write 50 random characters, for example of: python -c 'import secrets; print(secrets.token_urlsafe(50))'."
LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
    url = urlsplit(settings.PUBLIC_URL)
    example = "Write the address that people open, such as https://airflow-secrets.example.com."
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        return [Error("PUBLIC_URL is missing or no address of a site.", hint=example, id="secretsadmin.E003")]
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        hint = "Passwords cross this connection: write https://, or 127.0.0.1 for a trial on this machine."
        return [Error("PUBLIC_URL is http and not on loopback.", hint=hint, id="secretsadmin.E004")]
    return []


@register
def check_configuration(**_: Any) -> list[CheckMessage]:
    try:
        site = environments.site()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="secretsadmin.E005")]
    return [message for environment in site.environments.values() for message in _backend(environment)]


def _backend(environment: environments.Environment) -> Iterator[CheckMessage]:
    for note in environment.backend.notes:
        yield Warning(f"{environment.name}: {note}", id="secretsadmin.W001")
    method = environment.backend.aws.get("assume_role_method", "assume_role")
    if method != "assume_role":
        yield Error(
            f"{environment.name}: assume_role_method {method} isn't supported here.",
            hint="Leave it out; web identities are found in the environment by themselves.",
            id="secretsadmin.E006",
        )


@register
def check_database_url(**_: Any) -> list[CheckMessage]:
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine.rpartition(".")[2] in ("sqlite3", "postgresql"):
        return []
    hint = "Write sqlite:////path/to/file.sqlite3 or postgres://user:password@host/name."
    return [Error("DATABASE_URL is neither SQLite nor PostgreSQL.", hint=hint, id="secretsadmin.E007")]
