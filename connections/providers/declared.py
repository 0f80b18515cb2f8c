"""What an Airflow's providers say of their connection types → the catalogue's entries.

What the catalogue has already (groups, icons, aliases, the keys that a hook reads) stays wherever a
provider says nothing. A row is what management/ask_airflow.py writes of one type.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connections.providers.catalogue import fits
from connections.providers.types import KINDS, Caller, ConnectionType, ExtraField, StandardField

Row = Mapping[str, Any]

_FORMATS = {"date": "date", "date-time": "datetime", "time": "time"}
_KINDS = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
_SENSITIVE = re.compile(
    "access_key|account_key|api_?key|auth_header|authorization|bearer|cert(ificate)?_data"
    "|connection_string|credential|dsn|jwt|key_?json|keyfile|keytab|kube_config|oauth"
    "|pass(phrase|wd|word)|private_?key|prox(y|ies)$|pwd|sas_token|secret|service_(account|key)"
    "|shared_key|thumbprint|token|webhook|_pass$|^pass$|_key$|^key$"
)
# These say where a secret is, for how long, or who gives it.
_HARMLESS = re.compile(
    "(_path|_file|_dir|_file_path|_name|_project_id|_provider|_host|_port|_user|_username"
    "|_duration(_seconds)?|jwt_role|_strategy|_audience|token_endpoint|token_url"
    "|public_(ssh_)?key|host_key|ssl_keyfile)$"
)
_MULTILINE = re.compile(
    "(certificate_|private_key_)(content|data)$|private_key$|key_?json$|keyfile_(dict|json)|_json$"
)
_ABBREVIATIONS = """
    api arn aws ca cli cql crc dns dsn gcp http https iam iap id idp ip jdbc json jwt mfa ocsp
    oidc pem s3 sas sasl sid sql ssh ssl tcp tls uri url vm
"""
_SPELT = {
    **{word: word.upper() for word in _ABBREVIATIONS.split()},
    "auth": "authentication",
    "azure": "Azure",
    "cert": "certificate",
    "certs": "certificate",
    "cmd": "command",
    "conn": "connection",
    "dir": "folder",
    "k8s": "Kubernetes",
    "kerberos": "Kerberos",
    "kubernetes": "Kubernetes",
    "oauth": "OAuth",
    "params": "parameters",
    "redshift": "Redshift",
    "spark": "Spark",
    "sqlalchemy": "SQLAlchemy",
}


def from_airflow(
    rows: Iterable[Row], existing: Mapping[str, ConnectionType]
) -> dict[str, ConnectionType]:
    """The types of an Airflow, each with what the existing one of its name has to add."""
    types = {}
    for row in rows:
        name = row["connection_type"]
        types[name] = entry(row, existing.get(name))
    return types


def entry(row: Row, existing: ConnectionType | None = None) -> ConnectionType:
    """The catalogue's entry of a row, with what the existing one has to add."""
    conn_type = row["connection_type"]
    before = existing or ConnectionType(conn_type, conn_type)
    hook = _hook(row, before)
    return replace(
        before,
        name=row.get("name") or before.name,
        provider=row.get("provider") or before.provider,
        version=row.get("version") or before.version,
        source=row.get("source") or before.source,
        default_id=row.get("default_id") or before.default_id,
        standard_fields=tuple(_standard_field(row, field) for field in before.standard_fields),
        extra_fields=_extra_fields(row, before),
        hook=hook,
        operator=before.operator if hook == before.hook else None,
    )


def _hook(row: Row, before: ConnectionType) -> Caller | None:
    path, argument = row.get("hook"), row.get("argument")
    if not (path and argument):
        return before.hook
    caller = Caller(path, argument)
    # A provider may name the base of its hooks, which is of no use by itself.
    if before.hook and before.hook.module == caller.module:
        return before.hook
    return caller


def _standard_field(row: Row, before: StandardField) -> StandardField:
    name = before.name
    hidden = before.hidden
    if any(row.get(part) for part in ("hidden", "relabeling", "placeholders")):
        hidden = name in (row.get("hidden") or ())
    # The example of a whole extra is taken apart into keys, and isn't needed as a text.
    placeholder = "" if name == "extra" else _text(row, "placeholders", name)
    return replace(
        before,
        label=_text(row, "relabeling", name) or before.label,
        placeholder=placeholder or before.placeholder,
        hidden=hidden,
    )


def _text(row: Row, part: str, name: str) -> str:
    return str((row.get(part) or {}).get(name) or "").strip()


# --- The extra's fields ---


def _extra_fields(row: Row, before: ConnectionType) -> tuple[ExtraField, ...]:
    """The declared fields, then the keys that the catalogue has, then those of the example."""
    existing = {field.name: field for field in before.extra_fields}
    fields = {}
    for name, raw in (row.get("fields") or {}).items():
        fields[name] = _declared(row, name, raw, existing.get(name))
    has_declared = bool(fields)
    for field in before.extra_fields:
        if field.name in fields:
            continue
        if has_declared:
            fields[field.name] = replace(field, offered=True, required=False)
        else:
            fields[field.name] = field
    for field in offered_keys(row):
        fields.setdefault(field.name, field)
    return tuple(fields.values())


def _declared(
    row: Row, name: str, raw: Mapping[str, Any], existing: ExtraField | None
) -> ExtraField:
    """A field that the provider declares, with what the existing one of its name has to add."""
    schema = raw.get("schema") or {}
    kind, is_nullable = kind_of(schema)
    is_password = schema.get("format") == "password"
    before = existing or ExtraField(name, "", kind)
    field = ExtraField(
        name,
        _label(name, raw, existing),
        before.kind if kind == "string" else kind,
        choices=_choices(schema) or before.choices,
        placeholder=_text(row, "placeholders", name) or before.placeholder,
        help=str(raw.get("description") or "").strip() or before.help,
        sensitive=is_password or before.sensitive or is_sensitive(name, kind),
        multiline=is_multiline(name, kind) or before.multiline,
        first=before.first,
    )
    field = _with_default(field, schema.get("default"))
    # A box that isn't ticked is an answer, and what has a default needs none.
    if field.default is not None or kind == "boolean":
        return field
    return replace(field, required=before.required or not is_nullable)


def _label(name: str, raw: Mapping[str, Any], existing: ExtraField | None) -> str:
    schema = raw.get("schema") or {}
    label = str(raw.get("label") or schema.get("title") or "").strip()
    if existing is None:
        return label or label_of(name)
    # `Ssl` for ssl says less than the `Use SSL` of an earlier release.
    only_spells_it = _letters(label) == _letters(name)
    if only_spells_it or not label:
        return existing.label
    return label


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _choices(schema: Mapping[str, Any]) -> tuple[str | int | float, ...]:
    """An empty choice is left out: an optional field has it anyway."""
    choices = [choice for choice in schema.get("enum") or () if choice != ""]
    return tuple(choice for choice in choices if isinstance(choice, str | int | float))


def _with_default(field: ExtraField, default: Any) -> ExtraField:
    if default in ("", [], {}):
        return field
    with_default = replace(field, default=default)
    return with_default if fits(with_default) else field


def kind_of(schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The kind of a JSON schema's value, and whether null is one."""
    types = schema.get("type") or "string"
    if isinstance(types, str):
        types = [types]
    is_nullable = "null" in types
    kinds = [kind for kind in types if kind in KINDS]
    # What may be an object or a text that holds one is an object to people who fill it.
    for kind in ("object", "array"):
        if kind in kinds:
            return kind, is_nullable
    kind = kinds[0] if kinds else "string"
    if kind == "string":
        kind = _FORMATS.get(str(schema.get("format")), kind)
    return kind, is_nullable


def is_sensitive(name: str, kind: str = "string") -> bool:
    """Whether a value may hold a secret.

    In doubt it does: all objects, of which nobody knows what is in them.
    """
    if kind == "object":
        return True
    if kind not in ("string", "array"):
        return False
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", name).lower()
    return bool(_SENSITIVE.search(plain)) and not _HARMLESS.search(plain)


def is_multiline(name: str, kind: str = "string") -> bool:
    if kind == "string":
        return _MULTILINE.search(name.lower()) is not None
    return kind == "object"


def label_of(name: str) -> str:
    """`aws_conn_id` → `AWS connection ID`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name).lower().split()
    if not words:
        return name
    label = " ".join(_SPELT.get(word, word) for word in words)
    return label[0].upper() + label[1:]


def offered_keys(row: Row) -> Iterator[ExtraField]:
    """The keys of a provider's example of an extra.

    Airflow shows it as a placeholder and explains nothing.
    """
    declared = row.get("fields") or {}
    for name, example in _example(row).items():
        if name not in declared:
            yield offered(name, _KINDS.get(type(example), "string"), example)


def offered(name: str, kind: str, example: Any = None) -> ExtraField:
    """A key that no provider declares, with what its name and an example tell of it."""
    return ExtraField(
        name,
        label_of(name),
        kind,
        placeholder=_shown(example),
        sensitive=is_sensitive(name, kind),
        multiline=is_multiline(name, kind),
        offered=True,
    )


def _example(row: Row) -> dict[str, Any]:
    try:
        example = json.loads(_text(row, "placeholders", "extra") or "{}")
    except ValueError:
        return {}
    if not isinstance(example, dict):
        return {}
    return example


def _shown(example: Any) -> str:
    if isinstance(example, bool) or example is None:
        return ""
    if isinstance(example, str):
        return example
    return json.dumps(example, ensure_ascii=False)
