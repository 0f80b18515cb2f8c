"""The kwargs that Airflow's side is given: an environment's own, without what is the dashboard's.

Airflow takes kwargs that are no JSON for none, and says so in a single line of its log. So they are
written in a JSON that means the same to a shell, to a compose file, to a chart and to airflow.cfg.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secretsadmin.config.addresses import endpoint_of
from secretsadmin.config.backend import KIND_NAMES, BackendConfig
from secretsadmin.iam.policies import NO_ACCOUNT

_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
# Of what a kwarg holds, only this is given away: proxies, for one, may have passwords.
_KNOWN_INSIDE = {
    "config_kwargs": frozenset(
        {
            *("region_name", "retries", "connect_timeout", "read_timeout", "tcp_keepalive"),
            *("max_pool_connections", "use_fips_endpoint", "use_dualstack_endpoint"),
        }
    ),
    "assume_role_kwargs": frozenset(
        {"ExternalId", "RoleSessionName", "DurationSeconds", "Policy", "PolicyArns"}
    ),
}
# A shell, a compose file or a file of variables may take the first for a reference, airflow.cfg the
# second; the third begins a comment and the fourth ends a quotation. YAML takes no DEL.
_NOT_LITERAL = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "$%#'\x7f"})
# Two braces begin a template of Helm's. JSON itself never has two of them side by side.
_TEMPLATE = re.compile(r"\{(?=\{)")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class GivenKwargs:
    """The kwargs for Airflow, and what is missing of the dashboard's own, as sentences."""

    kwargs: Mapping[str, Any]
    left_out: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return one_line(self.kwargs)

    @property
    def is_escaped(self) -> bool:
        """Whether the line spells characters by their numbers that JSON alone wouldn't."""
        return self.line != json.dumps(self.kwargs, default=str)


def given_kwargs(backend: BackendConfig, *, is_whole: bool = True) -> GivenKwargs:
    """The kwargs with which Airflow looks up what this environment stores.

    Without `is_whole` they hold nothing that names an AWS account.
    """
    kwargs: dict[str, Any] = {f"{kind}_prefix": backend.prefixes[kind] for kind in KIND_NAMES}
    for kind in KIND_NAMES:
        if backend.patterns[kind] is not None:
            kwargs[f"{kind}_lookup_pattern"] = backend.patterns[kind]
    if backend.sep != "/":
        kwargs["sep"] = backend.sep
    if backend.extra_conn_words:
        kwargs["extra_conn_words"] = dict(backend.extra_conn_words)
    kwargs |= _of_aws(backend.aws)
    left_out = [*_left_out(backend.aws)]
    if not is_whole:
        left_out += _withhold(kwargs)
    return GivenKwargs(kwargs, tuple(left_out))


def one_line(value: object) -> str:
    """JSON in one line of ASCII that needs single quotes around it, and nothing else, anywhere."""
    text = json.dumps(value, default=str).translate(_NOT_LITERAL)
    return _TEMPLATE.sub(r"\\u007b", text)


def without_account(arn: str) -> str:
    """The ARN with a placeholder for its account."""
    return _ACCOUNT.sub(NO_ACCOUNT, arn)


def _of_aws(aws: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in aws.items():
        if name in _KNOWN_INSIDE:
            inside = {key: value[key] for key in value if key in _KNOWN_INSIDE[name]}
            if inside:
                kept[name] = inside
        elif not _why_left_out(name, value):
            kept[name] = value
    return kept


def _left_out(aws: Mapping[str, Any]) -> Iterator[str]:
    if keys := [name for name in _KEYS if name in aws]:
        yield (
            f"{_listed(keys)}: Airflow shows its kwargs to whoever may see its configuration. "
            "Let it sign in to AWS in one of the ways below."
        )
    for name, value in aws.items():
        if why := _why_left_out(name, value):
            if name not in _KEYS:
                yield f"{name}: {why}"
        elif name in _KNOWN_INSIDE:
            yield from _left_out_inside(name, value)


def _left_out_inside(name: str, value: Mapping[str, Any]) -> Iterator[str]:
    if set(value) - _KNOWN_INSIDE[name]:
        yield f"a part of {name}: what it holds may be secret, or is of this dashboard’s machine."


def _why_left_out(name: str, value: object) -> str:
    """Why Airflow's side must not have a kwarg of the dashboard's; empty where it may."""
    if name in _KEYS:
        return "they are secret."
    if name == "profile_name":
        return "the profile is one of this dashboard’s machine. See the second way to sign in."
    if name == "endpoint_url":
        return _why_not_endpoint(str(value))
    if name in ("verify", "use_ssl") and value is False:
        return "with it, anybody on the way could read or change what Airflow is told."
    if name == "verify" and isinstance(value, str):
        return "the file is one of this dashboard’s machine."
    return ""


def _why_not_endpoint(url: str) -> str:
    endpoint = endpoint_of(url)
    if endpoint is None or "@" in url:
        return "it is no plain address of a service."
    if endpoint.host == "localhost":
        return "it leads to this dashboard’s own machine. Airflow asks AWS itself."
    if endpoint.scheme != "https":
        return "it is no https address, so it leads to an emulator or past encryption."
    return ""


def _withhold(kwargs: dict[str, Any]) -> Iterator[str]:
    """Take away what names an account, and say so."""
    role = str(kwargs.get("role_arn", ""))
    if without_account(role) != role:
        kwargs["role_arn"] = without_account(role)
        yield (
            f"the account’s digits: write them in place of {NO_ACCOUNT}, "
            "or ask somebody who administers this environment."
        )
    if kwargs.pop("assume_role_kwargs", None):
        yield "assume_role_kwargs: ask somebody who administers this environment for them."


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
