"""What an Airflow's providers say of their connection types → the catalogue's entries.

What is known already (groups, icons, aliases, the keys that a hook reads) stays wherever a provider says nothing.
A row is what management/ask_airflow.py writes of one type.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connections.catalog_file import fits
from connections.connection_type import KINDS, Caller, ConnectionType, ExtraField, StandardField

Row = Mapping[str, Any]

_FORMATS = {"date": "date", "date-time": "datetime", "time": "time"}
_SENSITIVE = re.compile(
    "access_key|account_key|api_?key|auth_header|authorization|bearer|cert(ificate)?_data|connection_string"
    "|credential|dsn|jwt|key_?json|keyfile|keytab|kube_config|oauth|pass(phrase|wd|word)|private_?key"
    "|prox(y|ies)$|pwd|sas_token|secret|service_(account|key)|shared_key|thumbprint|token"
    "|webhook|_pass$|^pass$|_key$|^key$"
)
# These say where a secret is, for how long, or who gives it.
_HARMLESS = re.compile(
    "(_path|_file|_dir|_file_path|_name|_project_id|_provider|_host|_port|_user|_username|_duration(_seconds)?"
    "|jwt_role|_strategy|_audience|token_endpoint|token_url|public_(ssh_)?key|host_key|ssl_keyfile)$"
)
_MULTILINE = re.compile("(certificate_|private_key_)(content|data)$|private_key$|key_?json$|keyfile_(dict|json)|_json$")
_UPPER = frozenset(
    (
        *(
            "api",
            "arn",
            "aws",
            "ca",
            "cli",
            "cql",
            "crc",
            "dns",
            "dsn",
            "gcp",
            "http",
            "https",
            "iam",
            "iap",
            "id",
            "idp",
        ),
        *(
            "ip",
            "jdbc",
            "json",
            "jwt",
            "mfa",
            "ocsp",
            "oidc",
            "pem",
            "s3",
            "sas",
            "sasl",
            "sid",
            "sql",
            "ssh",
            "ssl",
            "tcp",
        ),
        *("tls", "uri", "url", "vm"),
    )
)
_SPELT = {
    **{name.lower(): name for name in ("Azure", "Kerberos", "Kubernetes", "OAuth", "Redshift", "Spark", "SQLAlchemy")},
    "auth": "authentication",
    "cert": "certificate",
    "certs": "certificate",
    "cmd": "command",
    "conn": "connection",
    "dir": "folder",
    "k8s": "Kubernetes",
    "params": "parameters",
}


def from_airflow(rows: Iterable[Row], known: Mapping[str, ConnectionType]) -> dict[str, ConnectionType]:
    """The types of an Airflow, each with what `known` has to add."""
    return {row["connection_type"]: entry(row, known.get(row["connection_type"])) for row in rows}


def entry(row: Row, known: ConnectionType | None = None) -> ConnectionType:
    conn_type = row["connection_type"]
    before = known or ConnectionType(conn_type, conn_type)
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
    speaks = any(row.get(part) for part in ("hidden", "relabeling", "placeholders"))
    # The example of a whole extra is taken apart into keys, and no longer needed as a text.
    placeholder = "" if name == "extra" else _text(row, "placeholders", name)
    return replace(
        before,
        label=_text(row, "relabeling", name) or before.label,
        placeholder=placeholder or before.placeholder,
        hidden=name in (row.get("hidden") or ()) if speaks else before.hidden,
    )


def _text(row: Row, part: str, name: str) -> str:
    return str((row.get(part) or {}).get(name) or "").strip()


# --- The extra's fields ---


def _extra_fields(row: Row, before: ConnectionType) -> tuple[ExtraField, ...]:
    known = {field.name: field for field in before.extra_fields}
    declared = {name: _declared(row, name, raw, known.get(name)) for name, raw in (row.get("fields") or {}).items()}
    if declared:
        known = {name: replace(field, offered=True, required=False) for name, field in known.items()}
    offered = {field.name: field for field in offered_keys(row) if field.name not in known}
    return tuple(
        {**declared, **{name: field for name, field in (known | offered).items() if name not in declared}}.values()
    )


def _declared(row: Row, name: str, raw: Mapping[str, Any], before: ExtraField | None) -> ExtraField:
    schema = raw.get("schema") or {}
    kind, is_nullable = kind_of(schema)
    said = ExtraField(name, _label(name, raw, before), before.kind if before and kind == "string" else kind)
    said = _with_default(replace(said, choices=_choices(schema, before)), schema.get("default"))
    return replace(
        said,
        help=str(raw.get("description") or "").strip() or (before.help if before else ""),
        placeholder=_text(row, "placeholders", name) or (before.placeholder if before else ""),
        # A box that isn't ticked is an answer, and what has a default needs none.
        required=said.default is None and kind != "boolean" and (not is_nullable or bool(before and before.required)),
        sensitive=schema.get("format") == "password" or is_sensitive(name, kind) or bool(before and before.sensitive),
        multiline=is_multiline(name, kind) or bool(before and before.multiline),
        first=bool(before and before.first),
    )


def _label(name: str, raw: Mapping[str, Any], before: ExtraField | None) -> str:
    label = str(raw.get("label") or (raw.get("schema") or {}).get("title") or "").strip()
    # `Ssl` for ssl says less than the `Use SSL` of an earlier release.
    only_spells_it = _letters(label) == _letters(name)
    if before and (not label or only_spells_it):
        return before.label
    return label or label_of(name)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _choices(schema: Mapping[str, Any], before: ExtraField | None) -> tuple[str | int | float, ...]:
    """An empty choice is what an optional field has anyway."""
    choices = tuple(
        choice for choice in schema.get("enum") or () if isinstance(choice, str | int | float) and choice != ""
    )
    return choices or (before.choices if before else ())


def _with_default(field: ExtraField, default: Any) -> ExtraField:
    with_it = replace(field, default=None if default in ("", [], {}) else default)
    return with_it if fits(with_it) else field


def kind_of(schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The kind of a JSON schema's value, and whether null is one."""
    said = schema.get("type") or "string"
    named = [said] if isinstance(said, str) else list(said)
    kinds = [kind for kind in named if kind in KINDS]
    # What may be an object or a text that holds one is an object to the person who fills it.
    kind = next((kind for kind in ("object", "array") if kind in kinds), kinds[0] if kinds else "string")
    if kind == "string":
        kind = _FORMATS.get(str(schema.get("format")), kind)
    return kind, "null" in named


def is_sensitive(name: str, kind: str = "string") -> bool:
    """Whether a value may hold a secret. In doubt it does: all objects, of which nobody knows what is in them."""
    if kind == "object":
        return True
    if kind not in ("string", "array"):
        return False
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", name).lower()
    return bool(_SENSITIVE.search(plain)) and not _HARMLESS.search(plain)


def is_multiline(name: str, kind: str = "string") -> bool:
    return kind == "object" or (kind == "string" and bool(_MULTILINE.search(name.lower())))


def label_of(name: str) -> str:
    """`aws_conn_id` → `AWS connection ID`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name).split()
    spelt = [_SPELT.get(word.lower()) or (word.upper() if word.lower() in _UPPER else word.lower()) for word in words]
    return spelt[0][:1].upper() + " ".join(spelt)[1:] if spelt else name


def offered_keys(row: Row) -> Iterator[ExtraField]:
    """The keys of a provider's example of an extra: Airflow shows it as a placeholder and explains nothing."""
    declared = row.get("fields") or {}
    for name, example in _example(row).items():
        if name not in declared:
            yield offered(name, _kind_of_value(example), example)


def offered(name: str, kind: str, example: Any = None) -> ExtraField:
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
        found = json.loads(_text(row, "placeholders", "extra") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _kind_of_value(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
    return kinds.get(type(value), "string")


def _shown(example: Any) -> str:
    if isinstance(example, bool) or example is None:
        return ""
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
