"""What of a site the doctor may speak of, by who asks it."""

from collections.abc import Callable
from dataclasses import dataclass

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import ADMINISTER, VIEW
from secretsadmin.config.environments import Environment, Identified
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import KINDS, Kind


@dataclass(frozen=True)
class Sight:
    """What a person may view. Without one it is everything, as for whoever has a shell."""

    user: Somebody | None = None

    def kinds(self, environment: Environment) -> tuple[Kind, ...]:
        if self.user is None:
            return KINDS
        return tuple(kind for kind in KINDS if self._may(VIEW.verb, environment, kind))

    def shows(self, environment: Environment) -> bool:
        return self._may(VIEW.verb, environment)

    def administers(self, environment: Environment) -> bool:
        return self._may(ADMINISTER.verb, environment)

    def administers_all(self) -> bool:
        """Whether it may know of every environment and of all grants."""
        return all(map(self.administers, configured_site().environments.values()))

    def shows_all(self, environment: Environment, kind: Kind) -> bool:
        """Whether it shows every secret of the kind, whatever its id."""
        if self.user is None:
            return True
        return policy.may_for_all(self.user, VIEW.verb, environment, kind)

    def limit(self, environment: Environment, kind: Kind) -> Callable[[Identified], bool] | None:
        """Which secrets of the kind it shows; None where it shows all."""
        if self.user is None:
            return None
        return policy.limit_of(self.user, VIEW.verb, environment, kind)

    def _may(self, verb: str, environment: Environment, kind: Kind | None = None) -> bool:
        return self.user is None or policy.may(self.user, verb, environment, kind)


EVERYTHING = Sight()
