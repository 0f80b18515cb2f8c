"""Terraform's resources for secrets whose values people go on to change in Secrets Manager.

Terraform makes each secret once, and then ignores what is saved here.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from secretsadmin.adapter import CannotExport
from secretsadmin.hcl import quoted
from secretsadmin.transfer.written.names import labels_of
from secretsadmin.transfer.written.writer import Item, Writer

_RESOURCES = """\
resource "aws_secretsmanager_secret" "{label}" {{
{attributes}
  lifecycle {{
    ignore_changes = [description, tags]
  }}
}}

resource "aws_secretsmanager_secret_version" "{label}" {{
  secret_id     = aws_secretsmanager_secret.{label}.id
  secret_string = {value}

  lifecycle {{
    ignore_changes = [secret_string]
  }}
}}

"""
_VARIABLE = """\
variable "{label}_value" {{
  type      = string
  sensitive = true
}}

"""


def with_variables(keys: Iterable[str]) -> Writer:
    """The values are variables, so none is in the file."""
    labels = labels_of(keys)

    def write(item: Item) -> str:
        label = labels[item.secret.ref.key]
        return _VARIABLE.format(label=label) + _resources(item, label, f"var.{label}_value")

    return Writer(write, comment="# ")


def with_values(keys: Iterable[str]) -> Writer:
    labels = labels_of(keys)

    def write(item: Item) -> str:
        if not unicodedata.is_normalized("NFC", item.text):
            raise CannotExport("Terraform would write some of its accented letters in another way.")
        return _resources(item, labels[item.secret.ref.key], quoted(item.text))

    return Writer(write, comment="# ")


def _resources(item: Item, label: str, value: str) -> str:
    attributes = _attributes(item.secret.ref.name, item.secret.description)
    tags = _tags(item.secret.tags)
    return _RESOURCES.format(label=label, attributes=attributes + tags, value=value)


def _attributes(name: str, description: str) -> str:
    """Aligned as `terraform fmt` does it."""
    if not description:
        return f"  name = {quoted(name)}\n"
    return f"  name        = {quoted(name)}\n  description = {quoted(description)}\n"


def _tags(tags: Mapping[str, str]) -> str:
    own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    written = {quoted(key): quoted(value) for key, value in own.items()}
    if not written:
        return ""
    width = max(map(len, written))
    lines = [f"    {key:<{width}} = {value}\n" for key, value in written.items()]
    return f"\n  tags = {{\n{''.join(lines)}  }}\n"
