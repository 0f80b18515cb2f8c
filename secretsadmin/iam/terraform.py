"""The same policies as a Terraform data source, `aws_iam_policy_document`."""

import json
import re
from collections.abc import Iterable, Iterator

from secretsadmin.iam.policies import NO_ACCOUNT, NO_REGION, Condition, Policy, Statement

_UNFIT = re.compile(r"[^A-Za-z0-9_]")
_ACCOUNT = "data.aws_caller_identity.current.account_id"
_REGION = "data.aws_region.current.name"


def policy_document(policy: Policy, name: str) -> str:
    """The text of a file with the data source. `name` is made one that Terraform takes.

    Where the policy doesn't know the account or the region, Terraform's own are taken.
    """
    parts = [*_lookups(policy), f'data "aws_iam_policy_document" "{_name(name)}" {{\n']
    parts.append("\n".join(_statement(statement) for statement in policy.statements))
    parts.append("}\n")
    return "".join(parts)


def _name(text: str) -> str:
    name = _UNFIT.sub("_", text)
    if name[:1].isdigit():
        return f"_{name}"
    return name


def _lookups(policy: Policy) -> Iterator[str]:
    """The data sources that stand in for what isn't known."""
    resources = [text for statement in policy.statements for text in statement.resources]
    if any(f":{NO_ACCOUNT}:" in text for text in resources):
        yield 'data "aws_caller_identity" "current" {}\n\n'
    if any(f":{NO_REGION}:" in text for text in resources):
        yield 'data "aws_region" "current" {}\n\n'


def _statement(statement: Statement) -> str:
    conditions = "".join(_condition(condition) for condition in statement.conditions)
    return (
        "  statement {\n"
        f"    sid       = {_text(statement.sid)}\n"
        f"    effect    = {_text(statement.effect)}\n"
        f"    actions   = {_list(statement.actions)}\n"
        f"    resources = {_list(statement.resources)}\n"
        f"{conditions}"
        "  }\n"
    )


def _condition(condition: Condition) -> str:
    return (
        "\n    condition {\n"
        f"      test     = {_text(condition.operator)}\n"
        f"      variable = {_text(condition.key)}\n"
        f"      values   = [{_text(condition.value)}]\n"
        "    }\n"
    )


def _list(texts: Iterable[str]) -> str:
    inner = "".join(f"      {_text(text)},\n" for text in texts)
    return f"[\n{inner}    ]"


def _text(text: str) -> str:
    """A text in quotes. Terraform would take ${ and %{ for the beginning of a template."""
    quoted = json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    with_account = quoted.replace(f":{NO_ACCOUNT}:", f":${{{_ACCOUNT}}}:")
    with_region = with_account.replace(f":{NO_REGION}:", f":${{{_REGION}}}:")
    return with_region.replace(f".{NO_REGION}.", f".${{{_REGION}}}.")
