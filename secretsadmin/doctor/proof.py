"""The script that proves from Airflow's side that a probe is read, filled in for the probe."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from secretsadmin.config.backend import KIND_NAMES
from secretsadmin.config.ref import Ref
from secretsadmin.doctor.probes import TEXTS

FILE_NAME = "secretsadmin_proof.py"
TEMPLATE = Path(__file__).with_name("proof_script.py")
# Between these lines stands what the script expects.
_START, _END = '\nEXPECTED = json.loads(r"""\n', '\n""")\n'


def script_for(ref: Ref, *, names_account: bool) -> str:
    """The script as a file: it has what it expects in it, and no value but the probe's own.

    One that names no AWS account takes what it expects for any account's.
    """
    before, _, rest = _template().partition(_START)
    after = rest.partition(_END)[2]
    return f"{before}{_START}{_expected(ref, names_account=names_account)}{_END}{after}"


@cache
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _expected(ref: Ref, *, names_account: bool) -> str:
    """A JSON object in lines that people can read. ASCII alone, whatever a terminal takes."""
    backend = ref.environment.backend
    names = {"environment": ref.environment.name, "region": backend.region}
    account = ref.environment.account or backend.role_account
    names["account"] = account if names_account else ""
    probe = {"kind": ref.kind.name, "probe": ref.key}
    lines = [f"{{{_members(names)},"]
    lines += [f" {_members(probe)},", f" {_members({'text': TEXTS[ref.kind.name]})},"]
    kwargs = ",\n  ".join(_kwargs(ref))
    return "\n".join([*lines, f' "kwargs": {{\n  {kwargs}}}}}'])


def _kwargs(ref: Ref) -> Iterator[str]:
    backend = ref.environment.backend
    for kind in KIND_NAMES:
        pattern = backend.patterns[kind]
        members: dict[str, Any] = {
            f"{kind}_prefix": backend.prefixes[kind],
            f"{kind}_lookup_pattern": pattern,
        }
        if kind == KIND_NAMES[-1]:
            members["sep"] = backend.sep
            members["extra_conn_words"] = _sorted(backend.extra_conn_words)
        yield _members(members)


def _sorted(words: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Airflow takes the first key of a secret that is among the words, whatever their order."""
    return {field: sorted(set(its_words)) for field, its_words in words.items()}


def _members(values: Mapping[str, Any]) -> str:
    return json.dumps(values)[1:-1]
