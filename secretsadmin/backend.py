"""Airflow's backend kwargs, and the names of secrets that follow from them.

Source: airflow/providers/amazon/aws/secrets/secrets_manager.py (provider 9.39) and the naming rules of
Secrets Manager's CreateSecret.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KIND_NAMES = ("connections", "variables", "config")
TEAM_SEPARATOR = "--"
MAX_NAME = 512
MAX_ID = 250

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]+")
_ARN_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}")
_CONNECTION_ID = re.compile(r"[\w#!()\-.:/\\]+")
_TEAM = re.compile(r"[a-zA-Z0-9_-]{3,50}")
_ROLE = re.compile(r"arn:[a-z-]+:iam::([0-9]{12}):role/.+")
_OUTDATED = ("full_url_mode", "are_secret_values_urlencoded")
_AWS: Mapping[str, tuple[type, ...]] = {
    "region_name": (str,),
    "profile_name": (str,),
    "role_arn": (str,),
    "assume_role_method": (str,),
    "assume_role_kwargs": (dict,),
    "endpoint_url": (str,),
    "verify": (bool, str),
    "config_kwargs": (dict,),
    "aws_access_key_id": (str,),
    "aws_secret_access_key": (str,),
    "aws_session_token": (str,),
    "api_version": (str,),
    "use_ssl": (bool,),
}
_TYPE_NAMES = {str: "text", bool: "true or false", dict: "an object"}


class InvalidBackend(ValueError):
    """The backend kwargs can't be what Airflow takes. `kwarg` names the one to mend."""

    def __init__(self, kwarg: str, message: str) -> None:
        super().__init__(message)
        self.kwarg = kwarg


class InvalidId(ValueError):
    """Airflow or Secrets Manager would refuse this id; the message tells the person why."""


class KindDisabled(ValueError):
    """This kind's prefix is null, so Airflow never looks it up here."""


@dataclass(frozen=True)
class SecretId:
    """Which secret, in Airflow's terms."""

    kind: str
    id: str
    team: str | None = None


@dataclass(frozen=True)
class BackendConfig:
    """`[secrets] backend_kwargs` of one Airflow deployment. A prefix of None means that the kind is switched off."""

    prefixes: Mapping[str, str | None]
    patterns: Mapping[str, str | None]
    sep: str = "/"
    extra_conn_words: Mapping[str, list[str]] = field(default_factory=dict)
    aws: Mapping[str, Any] = field(default_factory=dict, repr=False)
    teams: tuple[str, ...] = ()
    # The release that reads, such as 2.11 or 3.1.5; empty where it isn't known.
    airflow: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def from_kwargs(cls, kwargs: Mapping[str, Any], teams: Iterable[str] = (), airflow: str = "") -> "BackendConfig":
        """Read the kwargs as Airflow's SecretsManagerBackend does; `airflow` is the release that reads them.

        Unknown and outdated ones end in `notes`. Raises InvalidBackend for what Airflow couldn't work with.
        """
        sep = _text(kwargs, "sep", "/")
        return cls(
            prefixes={kind: _prefix(kwargs, kind, sep) for kind in KIND_NAMES},
            patterns={kind: _pattern(kwargs, f"{kind}_lookup_pattern") for kind in KIND_NAMES},
            sep=sep,
            extra_conn_words=_conn_words(kwargs.get("extra_conn_words")),
            aws=_aws(kwargs),
            teams=_checked_teams(teams),
            airflow=airflow,
            notes=tuple(_notes(kwargs)),
        )

    @property
    def region(self) -> str:
        """The region that the kwargs name, or nothing."""
        return str(self.aws.get("config_kwargs", {}).get("region_name") or self.aws.get("region_name", ""))

    @property
    def role_account(self) -> str:
        """The twelve digits of the account whose role is taken, or nothing."""
        role = _ROLE.fullmatch(self.aws.get("role_arn", ""))
        return role[1] if role else ""

    def is_enabled(self, kind: str) -> bool:
        return self.prefixes[kind] is not None

    def name_prefix(self, kind: str) -> str:
        """What the names of this kind's secrets begin with. Raises KindDisabled."""
        prefix = self.prefixes[kind]
        if prefix is None:
            raise KindDisabled(f"{kind}_prefix is null: Airflow never looks up {kind} in Secrets Manager.")
        return prefix + self.sep if prefix else ""

    def secret_name(self, kind: str, id: str, team: str | None = None) -> str:  # noqa: A002 - Airflow's own word.
        """The name of the secret that Airflow asks for. Raises InvalidId and KindDisabled.

        The name always parses back to the same kind, team and id, so no id leaves its prefix. Ids that were made
        elsewhere pass although `new_secret_name` would refuse them.
        """
        prefix = self.name_prefix(kind)
        self._check_id(id, team)
        name = prefix + (f"{team}{TEAM_SEPARATOR}{id}" if team else id)
        if len(name) > MAX_NAME:
            raise InvalidId(f"With its prefix the name would be {len(name)} characters long; AWS takes {MAX_NAME}.")
        if self.parse(name, kind) != SecretId(kind, id, team):
            raise InvalidId("This id belongs to another kind or team of this environment.")
        return name

    def new_secret_name(self, kind: str, id: str, team: str | None = None) -> str:  # noqa: A002 - Airflow's own word.
        """The name for a secret that doesn't exist yet. Raises InvalidId and KindDisabled."""
        name = self.secret_name(kind, id, team)
        if kind == "connections" and not _CONNECTION_ID.fullmatch(id):
            raise InvalidId("Airflow takes no + = or @ in a connection id.")
        if _ARN_SUFFIX.fullmatch(name[-7:]):
            raise InvalidId("An id can't end in a hyphen and six characters: AWS takes those for the end of an ARN.")
        return name

    def parse(self, name: str, kind: str | None = None) -> SecretId | None:
        """Which secret a name in AWS stands for, or None where it is none of this deployment's.

        A name below two kinds' prefixes belongs to the longer one; `kind` decides where both are equal.
        """
        matches = {k: p for k in KIND_NAMES if (p := self._matching_prefix(k, name)) is not None}
        longest = max(map(len, matches.values()), default=0)
        kinds = [k for k, prefix in matches.items() if len(prefix) == longest]
        if not kinds or (kind and kind not in kinds):
            return None
        found = kind or kinds[0]
        return self._split_team(found, name[longest:])

    def is_looked_up(self, kind: str, id: str) -> bool:  # noqa: A002 - Airflow's own word.
        """Whether Airflow asks AWS for this id at all."""
        pattern = self.patterns[kind]
        return self.is_enabled(kind) and (not pattern or bool(re.match(pattern, id, re.IGNORECASE)))

    def doubt_of(self, kind: str, id: str) -> str:  # noqa: A002 - Airflow's own word.
        """Why this Airflow may never ask for an id, as a sentence; nothing where there is no doubt."""
        if not self.is_looked_up(kind, id):
            return "This environment's lookup pattern excludes the id, so Airflow would never ask for it."
        if TEAM_SEPARATOR in id and kind != "config":
            return "Amazon's provider 9.27 to 9.33 never asks for an id with '--', nor does a later one that has teams."
        return ""

    def split_key(self, kind: str, key: str) -> SecretId:
        """Take a URL's `team--id` apart, by the configured teams."""
        return self._split_team(kind, key)

    def _matching_prefix(self, kind: str, name: str) -> str | None:
        if not self.is_enabled(kind):
            return None
        prefix = self.name_prefix(kind)
        return prefix if name.startswith(prefix) and len(name) > len(prefix) else None

    def _split_team(self, kind: str, rest: str) -> SecretId:
        # Team names may contain "--" themselves, so the longest configured one wins. Config options have no team,
        # and without a prefix Airflow never asks for a team's name.
        if kind != "config" and self.prefixes[kind]:
            for team in sorted(self.teams, key=len, reverse=True):
                head = team + TEAM_SEPARATOR
                if rest.startswith(head) and len(rest) > len(head):
                    return SecretId(kind, rest[len(head) :], team)
        return SecretId(kind, rest)

    def _check_id(self, id: str, team: str | None) -> None:  # noqa: A002 - Airflow's own word.
        _check_characters(id)
        if any(segment in ("", ".", "..") for segment in id.split("/")):
            raise InvalidId("An id has no empty part, '.' or '..' between its slashes.")
        if any(id == prefix or id.startswith(prefix + self.sep) for prefix in self.prefixes.values() if prefix):
            raise InvalidId("Write the id alone, without the prefix: it is added when the secret is stored.")
        if any(id.startswith(prefix) for prefix in self.prefixes.values() if prefix and self.sep in prefix):
            raise InvalidId("Write the id alone, without anything that looks like a prefix.")
        self._check_team(id, team)

    def _check_team(self, id: str, team: str | None) -> None:  # noqa: A002 - Airflow's own word.
        if team is not None and team not in self.teams:
            raise InvalidId("No such team is configured for this environment.")
        if self.teams and TEAM_SEPARATOR in id:
            raise InvalidId("With teams, an id can't contain '--': it separates the team from the id.")


def _check_characters(id: str) -> None:  # noqa: A002 - Airflow's own word.
    if not id:
        raise InvalidId("Give it an id.")
    if len(id) > MAX_ID:
        raise InvalidId(f"An id has at most {MAX_ID} characters; this one has {len(id)}.")
    if not _NAME.fullmatch(id):
        raise InvalidId(
            "Use letters A to Z, digits and the characters / _ + = . @ - alone: AWS takes no others in a name."
        )


def takes_text(kwarg: str, text: str) -> bool:
    """Whether Airflow can work with a kwarg that is this text. For `verify` a text is the path of a file."""
    if kwarg == "verify":
        return text.lower() not in ("", "true", "false", "null")
    return kwarg != "extra_conn_words" and str in _AWS.get(kwarg, (str,))


def _text(kwargs: Mapping[str, Any], name: str, default: str) -> str:
    value = kwargs.get(name, default)
    if not isinstance(value, str):
        raise InvalidBackend(name, f"{name} must be text.")
    return value


def _prefix(kwargs: Mapping[str, Any], kind: str, sep: str) -> str | None:
    name = f"{kind}_prefix"
    if kwargs.get(name, "") is None:
        return None
    return _text(kwargs, name, f"airflow/{kind}").rstrip(sep)


def _pattern(kwargs: Mapping[str, Any], name: str) -> str | None:
    pattern = kwargs.get(name)
    if pattern is None:
        return None
    try:
        re.compile(_text(kwargs, name, ""))
    except re.error as error:
        # What else the error says may quote the pattern.
        raise InvalidBackend(name, f"{name} is no regular expression, by its character {error.pos}.") from None
    return str(pattern)


def _conn_words(words: Any) -> dict[str, list[str]]:
    if words is None:
        return {}
    message = 'extra_conn_words must be an object of lists of text, such as {"user": ["account"]}.'
    if not isinstance(words, dict):
        raise InvalidBackend("extra_conn_words", message)
    fields = ("login", "user", "password", "host", "port", "schema", "conn_type", "extra")
    for name, aliases in words.items():
        if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
            raise InvalidBackend("extra_conn_words", message)
        if name not in fields:
            raise InvalidBackend(
                "extra_conn_words",
                f"extra_conn_words has a field that connections don't have; there are {', '.join(fields)}.",
            )
    return dict(words)


def _aws(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in kwargs.items() if name in _AWS and value is not None}
    for name, value in found.items():
        if not isinstance(value, _AWS[name]):
            raise InvalidBackend(name, f"{name} must be {' or '.join(_TYPE_NAMES[kind] for kind in _AWS[name])}.")
    return found


def _checked_teams(teams: Iterable[str]) -> tuple[str, ...]:
    found = tuple(teams)
    for team in found:
        if not isinstance(team, str) or not _TEAM.fullmatch(team):
            raise InvalidBackend("teams", "A team's name has 3 to 50 letters, digits, hyphens and underscores.")
    return found


def _notes(kwargs: Mapping[str, Any]) -> Iterable[str]:
    known = {f"{kind}_{what}" for kind in KIND_NAMES for what in ("prefix", "lookup_pattern")}
    for name in kwargs:
        if name in _OUTDATED:
            yield f"{name} does nothing in current providers; you can take it out."
        elif name not in known | set(_AWS) | {"sep", "extra_conn_words"}:
            yield f"{name} is not known to Airflow's SecretsManagerBackend, and is ignored."
