"""Which secret a page, a write or an audit event is about."""

from dataclasses import dataclass

from secretsadmin.config.backend import TEAM_SEPARATOR, InvalidId, KindDisabled, SecretId
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind


@dataclass(frozen=True)
class Ref:
    """One secret of one environment."""

    environment: Environment
    kind: Kind
    id: str
    team: str | None = None

    @property
    def name(self) -> str:
        """Its name in AWS. Raises InvalidId and KindDisabled."""
        return self.environment.backend.secret_name(self.kind.name, self.id, self.team)

    @property
    def new_name(self) -> str:
        """The name that it gets in AWS when it is created. Raises InvalidId and KindDisabled."""
        return self.environment.backend.new_secret_name(self.kind.name, self.id, self.team)

    def check_name(self) -> None:
        """Raises InvalidId and KindDisabled where it can have no name in AWS."""
        _ = self.name

    @property
    def has_name(self) -> bool:
        """Whether its name is one that an id of ours could make. AWS has others, too."""
        try:
            self.check_name()
        except (InvalidId, KindDisabled):
            return False
        return True

    @property
    def key(self) -> str:
        """Its id in URLs and in the audit log, with its team before it."""
        if not self.team:
            return self.id
        return f"{self.team}{TEAM_SEPARATOR}{self.id}"

    @classmethod
    def from_key(cls, environment: Environment, kind: Kind, key: str) -> "Ref":
        """The secret of a URL or an audit event. It may have no valid name."""
        return cls.from_secret_id(environment, kind, environment.backend.split_key(kind.name, key))

    @classmethod
    def from_secret_id(cls, environment: Environment, kind: Kind, secret_id: SecretId) -> "Ref":
        return cls(environment, kind, secret_id.id, secret_id.team)
