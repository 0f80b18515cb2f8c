"""An ExternalSecret that hands Airflow's secrets to Kubernetes by their names, without a value."""

import json
import re
from collections import Counter
from collections.abc import Sequence

from secretsadmin.adapter import CannotExport
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONNECTIONS, VARIABLES, Kind
from secretsadmin.transfer.written.writer import Item, Writer

# A key of a Kubernetes Secret.
_KEY = re.compile(r"[A-Za-z0-9._-]{1,253}")
_PREFIXES = {CONNECTIONS.name: "AIRFLOW_CONN_", VARIABLES.name: "AIRFLOW_VAR_"}
_HEAD = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: airflow-{kind}
spec:
  refreshInterval: 1h
  # The store of yours that reads this account and region.
  secretStoreRef:
    kind: SecretStore
    name: aws-secrets-manager
  target:
    name: airflow-{kind}
  data:
"""
_ENTRY = """\
    - secretKey: {key}
      remoteRef:
        key: {name}
"""


def external_secret(kind: Kind, refs: Sequence[Ref]) -> Writer:
    numbers = Counter(_key_of(ref) for ref in refs)

    def write(item: Item) -> str:
        key = _key_of(item.secret.ref)
        if not _KEY.fullmatch(key):
            raise CannotExport("Kubernetes takes letters, digits, dots, hyphens and underscores.")
        if numbers[key] > 1:
            raise CannotExport("Another id differs in capitals alone, so both have one name.")
        # JSON's quotation marks are YAML's, too.
        return _ENTRY.format(key=json.dumps(key), name=json.dumps(item.secret.ref.name))

    return Writer(write, head=_HEAD.format(kind=kind.name), nothing="    []\n", comment="# ")


def _key_of(ref: Ref) -> str:
    """airflow/secrets/environment_variables.py; a config option keeps its id."""
    prefix = _PREFIXES.get(ref.kind.name)
    if prefix is None:
        return ref.key
    owner = f"_{ref.team}___" if ref.team else ""
    return f"{prefix}{owner}{ref.id}".upper()
