"""What pages of one secret are made of, without a database or AWS."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import uuid4

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONNECTIONS, Kind
from secretsadmin.pages.secret import Rights, SecretHead, SecretUrls, ShownSecret
from secretsadmin.pages.version import ShownVersion, shown_version
from secretsadmin.store.reads import Version

AT = datetime(2020, 3, 1, 12, 30, tzinfo=UTC)
OLD, NEW = "0" * 32, "1" * 32


def head(
    kind: Kind = CONNECTIONS, *, is_deleted: bool = False, team: str | None = None, **may: bool
) -> SecretHead:
    """The secret `orders`, of a person who may do everything but for what `may` says."""
    environment = Environment("dev", "Development", BackendConfig.from_kwargs({}))
    secret = ShownSecret(
        id="orders",
        url="/detail/",
        secret_name="airflow/connections/orders",
        description="",
        type="Postgres",
        icon="",
        badges=(),
        tags=(),
        own_tags=(),
        changed=AT,
        changed_by="",
        deleted=AT if is_deleted else None,
        has_current=True,
    )
    everything = Rights(**{field.name: True for field in fields(Rights)})
    urls = SecretUrls(**{field.name: f"/{field.name}/" for field in fields(SecretUrls)})
    return SecretHead(
        Ref(environment, kind, "orders", team), secret, replace(everything, **may), urls, (), {}
    )


def event(verb: str = "update", outcome: str = "succeeded", **more: Any) -> Event:
    """A line of the record by ben."""
    known = {"user": "ben", "at": AT, "act": uuid4(), "fields": ["host"], "format": "json"}
    return Event(action=f"connections.{verb}", outcome=outcome, **known | more)


def version(
    *labels: str, maker: Event | None = None, of: SecretHead | None = None, id_: str = OLD
) -> ShownVersion:
    return shown_version(Version(id_, labels, AT), maker, of or head())


def words_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))
