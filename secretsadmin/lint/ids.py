"""Ids that Airflow doesn't look up, or that somebody meant differently."""

from secretsadmin.adapters import adapter_of
from secretsadmin.config.backend import MAX_ID, TEAM_SEPARATOR, odd_characters
from secretsadmin.kinds import CONFIG, Named
from secretsadmin.lint.context import Context
from secretsadmin.store.reads import Secret


def excluded_by_pattern(secret: Secret, _: Context) -> str:
    ref = secret.ref
    if ref.environment.backend.is_looked_up(ref.kind.name, ref.id):
        return ""
    return f"The environment’s {ref.kind.name}_lookup_pattern doesn’t match the id."


def of_unknown_team(secret: Secret, _: Context) -> str:
    ref = secret.ref
    teams = ref.environment.backend.teams_of(ref.kind.name)
    if not teams or TEAM_SEPARATOR not in ref.id:
        return ""
    if ref.team:
        return f"After the team {ref.team}, the id has “--” once more."
    return f"None of the teams ({', '.join(teams)}) is called as the id begins."


def with_two_hyphens(secret: Secret, _: Context) -> str:
    ref = secret.ref
    if TEAM_SEPARATOR not in ref.id or ref.kind == CONFIG:
        return ""
    if ref.environment.backend.teams_of(ref.kind.name):
        return ""
    return "The id holds “--”, which separates a team from an id."


def with_prefix_twice(secret: Secret, _: Context) -> str:
    prefix = secret.ref.environment.backend.repeated_prefix(secret.ref.id)
    if not prefix:
        return ""
    return f"The id begins with {prefix}, which Airflow adds by itself."


def with_odd_characters(secret: Secret, _: Context) -> str:
    odd = odd_characters(secret.ref.kind.name, secret.ref.id)
    if not odd:
        return ""
    names = " and ".join(_name(character) for character in odd[:3])
    if len(odd) > 3:  # noqa: PLR2004 - the number above.
        names += " and others"
    return f"The id holds {names}."


def _name(character: str) -> str:
    if character.isascii() and character.isprintable() and character != " ":
        return character
    return f"U+{ord(character):04X}"


def too_long(secret: Secret, _: Context) -> str:
    length = len(secret.ref.id)
    if length <= MAX_ID:
        return ""
    return f"The id has {length} characters."


def with_empty_part(secret: Secret, _: Context) -> str:
    if "/" not in secret.ref.id and secret.ref.id not in (".", ".."):
        return ""
    parts = secret.ref.id.split("/")
    if "" in parts:
        return "The id begins or ends with a slash, or has two in a row."
    if "." in parts or ".." in parts:
        return "A part of the id is a dot or two."
    return ""


def of_no_option(secret: Secret, _: Context) -> str:
    ref = secret.ref
    if ref.kind != CONFIG or adapter_of(CONFIG).is_asked_for(Named(CONFIG, ref.id)):
        return ""
    return "The id is called after none of the options that Airflow or a provider flags sensitive."
