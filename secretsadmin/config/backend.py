"""Airflow's backend kwargs, and the names of secrets that follow from them.

Source: airflow/providers/amazon/aws/secrets/secrets_manager.py (provider 9.39) and the naming rules
of Secrets Manager's CreateSecret.
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
    """A secret's kind, team and id, as Airflow knows them."""

    kind: str
    id: str
    team: str | None = None


@dataclass(frozen=True)
class BackendConfig:
    """`[secrets] backend_kwargs` of one Airflow deployment.

    A prefix of None means that the kind is switched off.
    """

    prefixes: Mapping[str, str | None]
    patterns: Mapping[str, str | None]
    sep: str = "/"
    extra_conn_words: Mapping[str, list[str]] = field(default_factory=dict)
    aws: Mapping[str, Any] = field(default_factory=dict, repr=False)
    teams: tuple[str, ...] = ()
    # The release that reads, such as 2.11 or 3.1.5; empty where it isn't known.
    airflow: str = ""
    notes: tuple[str, ...] = ()
    # The kinds whose prefix was written with a separator at its end, which Airflow takes off.
    stripped: tuple[str, ...] = ()

    @classmethod
    def from_kwargs(
        cls, kwargs: Mapping[str, Any], teams: Iterable[str] = (), airflow: str = ""
    ) -> "BackendConfig":
        """Read the kwargs as Airflow's SecretsManagerBackend does.

        `teams` are the names that Airflow's multi-team mode has. `airflow` is the release that
        reads the kwargs; empty where it isn't known. Unknown and outdated kwargs get notes. Raises
        InvalidBackend for kwargs or teams that Airflow couldn't work with.
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
            stripped=tuple(kind for kind in KIND_NAMES if _is_stripped(kwargs, kind, sep)),
        )

    @property
    def region(self) -> str:
        """The region that the kwargs name; empty where they name none."""
        region = self.aws.get("config_kwargs", {}).get("region_name")
        return str(region or self.aws.get("region_name", ""))

    @property
    def role_account(self) -> str:
        """The twelve digits of the account whose role is taken; empty without a role."""
        role = _ROLE.fullmatch(self.aws.get("role_arn", ""))
        if role is None:
            return ""
        return role[1]

    def is_enabled(self, kind: str) -> bool:
        return self.prefixes[kind] is not None

    def name_prefix(self, kind: str) -> str:
        """What the names of this kind's secrets begin with. Raises KindDisabled."""
        prefix = self.prefixes[kind]
        if prefix is None:
            raise KindDisabled(
                f"{kind}_prefix is null: Airflow never looks up {kind} in Secrets Manager."
            )
        if not prefix:
            return ""
        return prefix + self.sep

    def secret_name(self, kind: str, id: str, team: str | None = None) -> str:  # noqa: A002 - Airflow's own word.
        """The name of the secret that Airflow asks for. Raises InvalidId and KindDisabled.

        The name always parses back to the same kind, team and id, so no id leaves its prefix. Ids
        that were made elsewhere pass although `new_secret_name` would refuse them.
        """
        prefix = self.name_prefix(kind)
        self._check_id(id, team)
        name = f"{prefix}{team}{TEAM_SEPARATOR}{id}" if team else prefix + id
        if len(name) > MAX_NAME:
            raise InvalidId(
                f"With its prefix the name would be {len(name)} characters long; "
                f"AWS takes {MAX_NAME}."
            )
        if self.parse(name, kind) != SecretId(kind, id, team):
            raise InvalidId("This id belongs to another kind or team of this environment.")
        return name

    def new_secret_name(self, kind: str, id: str, team: str | None = None) -> str:  # noqa: A002 - Airflow's own word.
        """The name for a secret that doesn't exist yet. Raises InvalidId and KindDisabled."""
        name = self.secret_name(kind, id, team)
        if kind == "connections" and not _CONNECTION_ID.fullmatch(id):
            raise InvalidId("Airflow takes no + = or @ in a connection id.")
        if _ARN_SUFFIX.fullmatch(name[-7:]):
            raise InvalidId(
                "An id can't end in a hyphen and six characters: "
                "AWS takes those for the end of an ARN."
            )
        return name

    def parse(self, name: str, kind: str | None = None) -> SecretId | None:
        """Which secret a name in AWS stands for; None where it is none of this deployment's.

        A name below two kinds' prefixes belongs to the longer one. `kind` decides where both are
        equal.
        """
        lengths = {}
        for candidate in KIND_NAMES:
            prefix = self._matching_prefix(candidate, name)
            if prefix is not None:
                lengths[candidate] = len(prefix)
        longest = max(lengths.values(), default=0)
        kinds = [candidate for candidate, length in lengths.items() if length == longest]
        if not kinds or (kind and kind not in kinds):
            return None
        return self._split_team(kind or kinds[0], name[longest:])

    def is_looked_up(self, kind: str, id: str) -> bool:  # noqa: A002 - Airflow's own word.
        """Whether Airflow asks AWS for this id at all."""
        pattern = self.patterns[kind]
        if not pattern:
            return self.is_enabled(kind)
        return self.is_enabled(kind) and re.match(pattern, id, re.IGNORECASE) is not None

    def doubt_of(self, kind: str, id: str) -> str:  # noqa: A002 - Airflow's own word.
        """Why this Airflow may never ask for an id, as a sentence; empty where it surely asks."""
        if not self.is_looked_up(kind, id):
            return (
                "This environment's lookup pattern excludes the id, "
                "so Airflow would never ask for it."
            )
        if TEAM_SEPARATOR in id and kind != "config":
            return (
                "Amazon's provider 9.27 to 9.33 never asks for an id with '--', "
                "nor does a later one that has teams."
            )
        return ""

    def split_key(self, kind: str, key: str) -> SecretId:
        """Take a URL's `team--id` apart, by the configured teams."""
        return self._split_team(kind, key)

    def _matching_prefix(self, kind: str, name: str) -> str | None:
        if not self.is_enabled(kind):
            return None
        prefix = self.name_prefix(kind)
        if not name.startswith(prefix) or name == prefix:
            return None
        return prefix

    def _split_team(self, kind: str, rest: str) -> SecretId:
        # Team names may contain "--" themselves, so the longest configured one wins.
        for team in sorted(self.teams_of(kind), key=len, reverse=True):
            head = team + TEAM_SEPARATOR
            if rest.startswith(head) and len(rest) > len(head):
                return SecretId(kind, rest[len(head) :], team)
        return SecretId(kind, rest)

    def teams_of(self, kind: str) -> tuple[str, ...]:
        """The teams that secrets of the kind can have.

        Config options have none, and without a prefix Airflow never asks for a team's name.
        """
        if kind == "config" or not self.prefixes[kind]:
            return ()
        return self.teams

    def _check_id(self, id: str, team: str | None) -> None:  # noqa: A002 - Airflow's own word.
        _check_characters(id)
        if any(segment in ("", ".", "..") for segment in id.split("/")):
            raise InvalidId("An id has no empty part, '.' or '..' between its slashes.")
        if self.repeated_prefix(id):
            raise InvalidId(
                "Write the id alone, without the prefix: it is added when the secret is stored."
            )
        prefixes = [prefix for prefix in self.prefixes.values() if prefix]
        if any(self.sep in prefix and id.startswith(prefix) for prefix in prefixes):
            raise InvalidId("Write the id alone, without anything that looks like a prefix.")
        self._check_team(id, team)

    def repeated_prefix(self, id: str) -> str:  # noqa: A002 - Airflow's own word.
        """The prefix with which an id begins, as if it were a name; empty where it doesn't."""
        for prefix in self.prefixes.values():
            if prefix and (id == prefix or id.startswith(prefix + self.sep)):
                return prefix
        return ""

    def _check_team(self, id: str, team: str | None) -> None:  # noqa: A002 - Airflow's own word.
        if team is not None and team not in self.teams:
            raise InvalidId("No such team is configured for this environment.")
        if self.teams and TEAM_SEPARATOR in id:
            raise InvalidId(
                "With teams, an id can't contain '--': it separates the team from the id."
            )


def odd_characters(kind: str, id: str) -> str:  # noqa: A002 - Airflow's own word.
    """The characters of an id that AWS or Airflow would refuse, each once."""
    odd = ""
    if not _NAME.fullmatch(id):
        odd += _NAME.sub("", id)
    if kind == "connections" and not _CONNECTION_ID.fullmatch(id):
        odd += _CONNECTION_ID.sub("", id)
    return "".join(dict.fromkeys(odd))


def _check_characters(id: str) -> None:  # noqa: A002 - Airflow's own word.
    if not id:
        raise InvalidId("Give it an id.")
    if len(id) > MAX_ID:
        raise InvalidId(f"An id has at most {MAX_ID} characters; this one has {len(id)}.")
    if not _NAME.fullmatch(id):
        raise InvalidId(
            "Use letters A to Z, digits and the characters / _ + = . @ - alone: "
            "AWS takes no others in a name."
        )


def takes_text(kwarg: str, text: str) -> bool:
    """Whether Airflow can work with a kwarg that is this text.

    For `verify` a text is the path of a file.
    """
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


def _is_stripped(kwargs: Mapping[str, Any], kind: str, sep: str) -> bool:
    written = kwargs.get(f"{kind}_prefix")
    return written is not None and written != _prefix(kwargs, kind, sep)


def _pattern(kwargs: Mapping[str, Any], name: str) -> str | None:
    pattern = kwargs.get(name)
    if pattern is None:
        return None
    try:
        re.compile(_text(kwargs, name, ""))
    except re.error as error:
        # The rest of the error's text may quote the pattern.
        raise InvalidBackend(
            name, f"{name} is no regular expression, by its character {error.pos}."
        ) from None
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
                "extra_conn_words has a field that connections don't have; "
                f"there are {', '.join(fields)}.",
            )
    return dict(words)


def _aws(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    aws_kwargs = {}
    for name, value in kwargs.items():
        if name not in _AWS or value is None:
            continue
        types = _AWS[name]
        if not isinstance(value, types):
            type_names = " or ".join(_TYPE_NAMES[type_] for type_ in types)
            raise InvalidBackend(name, f"{name} must be {type_names}.")
        aws_kwargs[name] = value
    return aws_kwargs


def _checked_teams(teams: Iterable[str]) -> tuple[str, ...]:
    names = tuple(teams)
    for name in names:
        if not isinstance(name, str) or not _TEAM.fullmatch(name):
            raise InvalidBackend(
                "teams", "A team's name has 3 to 50 letters, digits, hyphens and underscores."
            )
    return names


def _notes(kwargs: Mapping[str, Any]) -> Iterable[str]:
    supported = {"sep", "extra_conn_words", *_AWS}
    for kind in KIND_NAMES:
        supported |= {f"{kind}_prefix", f"{kind}_lookup_pattern"}
    for name in kwargs:
        if name in _OUTDATED:
            yield f"{name} does nothing in current providers; you can take it out."
        elif name not in supported:
            yield f"{name} is not known to Airflow's SecretsManagerBackend, and is ignored."
