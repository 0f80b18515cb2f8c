"""A connection type: its provider's fields, its hook's keys, and how people find it."""

import re
from dataclasses import dataclass
from typing import Any

# What Airflow can call a type, and what a tag of a secret can hold.
TYPE = re.compile(r"[A-Za-z0-9_.+-]{1,100}")
# In the order in which a form asks for them.
STANDARD_FIELDS = {
    "host": "Host",
    "port": "Port",
    "schema": "Schema",
    "login": "Login",
    "password": "Password",
    "extra": "Extra",
}
# The order in which a page lists them.
GROUPS = {
    "databases": "Databases",
    "analytics": "Warehouses and query engines",
    "clouds": "Clouds",
    "files": "Files and object stores",
    "compute": "Compute",
    "streaming": "Queues and streams",
    "messaging": "Mail, chat and alerts",
    "apps": "Applications",
    "ai": "AI and vector search",
    "security": "Secrets",
    "other": "Other",
}
# What a value is in the extra's JSON. Dates and times are texts there, as JSON has none.
KINDS = ("string", "integer", "number", "boolean", "object", "array", "date", "datetime", "time")


@dataclass(frozen=True)
class StandardField:
    """One of the six fields that every connection has.

    A sensitive one is masked until it is revealed.
    """

    name: str
    label: str
    placeholder: str = ""
    hidden: bool = False
    sensitive: bool = False


PLAIN_FIELDS = tuple(
    StandardField(name, label, sensitive=name in ("password", "extra"))
    for name, label in STANDARD_FIELDS.items()
)


@dataclass(frozen=True)
class ExtraField:
    """A key of the extra.

    The provider doesn't declare an offered one, but its hook reads it. A sensitive one is masked
    until it is revealed, because its provider says so or its name does. A first one is among those
    that most people fill, so a form shows it before it folds the rest.
    """

    name: str
    label: str
    kind: str = "string"
    choices: tuple[str | int | float, ...] = ()
    default: Any = None
    placeholder: str = ""
    help: str = ""
    required: bool = False
    sensitive: bool = False
    multiline: bool = False
    offered: bool = False
    first: bool = False

    def __hash__(self) -> int:
        # A default may be a list or an object, which have no hash.
        return hash((self.name, self.label, self.kind))


@dataclass(frozen=True)
class Caller:
    """A hook or operator that takes the connection's id as `argument`.

    `also` are further arguments that it requires, as code.
    """

    path: str
    argument: str
    also: str = ""

    @property
    def module(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class ConnectionType:
    """What Airflow and its provider know of a type.

    `source` says where these facts come from: a release, a file of the provider's repository, or
    somebody's Airflow. `default_id` is the connection that the hook asks for when none is named.
    """

    conn_type: str
    name: str
    provider: str = ""
    version: str = ""
    source: str = ""
    group: str = "other"
    icon: str = "plug"
    about: str = ""
    aliases: tuple[str, ...] = ()
    default_id: str = ""
    standard_fields: tuple[StandardField, ...] = PLAIN_FIELDS
    extra_fields: tuple[ExtraField, ...] = ()
    hook: Caller | None = None
    operator: Caller | None = None

    @property
    def declared(self) -> tuple[ExtraField, ...]:
        """The extra fields that the provider's own form shows."""
        return tuple(field for field in self.extra_fields if not field.offered)

    @property
    def offered(self) -> tuple[ExtraField, ...]:
        """The keys that the hook reads although no form of the provider shows them."""
        return tuple(field for field in self.extra_fields if field.offered)

    def standard_field(self, name: str) -> StandardField:
        """Raises KeyError for a name that isn't one of STANDARD_FIELDS."""
        return {field.name: field for field in self.standard_fields}[name]

    def extra_field(self, name: str) -> ExtraField | None:
        return next((field for field in self.extra_fields if field.name == name), None)
