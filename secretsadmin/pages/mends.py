"""The page of mends that are certain: what would be stored anew, and which rules that mends."""

from dataclasses import dataclass

from django.urls import reverse

from secretsadmin.access.policy import Somebody
from secretsadmin.config.environments import Environment
from secretsadmin.pages.health import sights_of
from secretsadmin.pages.in_sight import findings_in
from secretsadmin.pages.plan import PlanForm, ShownPlan
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.scanned import scans_in_sight, secrets_to_scan
from secretsadmin.store.reads import Secret
from secretsadmin.transfer.mending import mendable_among


@dataclass(frozen=True)
class MendsPage:
    """A plan of mends."""

    environment: Environment
    form: PlanForm
    plan: ShownPlan | None = None
    problem: Problem | None = None

    @property
    def url(self) -> str:
        return reverse("mends", args=[self.environment.name])

    @property
    def health_url(self) -> str:
        return reverse("inventory-health", args=[self.environment.name])


def mendable(user: Somebody, environment: Environment) -> list[Secret]:
    """The secrets that the person may scan, with a finding of which a mend may be certain."""
    sights = sights_of(user, environment)
    secrets = secrets_to_scan(user, environment, sights)
    scans = scans_in_sight(user, environment, sights)
    return mendable_among([*findings_in(environment, sights), *scans.findings], secrets)
