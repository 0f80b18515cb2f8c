"""Names in AWS that miss an environment's prefixes by little, for those who look after it."""

from dataclasses import dataclass

from django.urls import reverse

from secretsadmin.access.requests import Request
from secretsadmin.config.environments import Environment
from secretsadmin.lint.around import AllNames
from secretsadmin.lint.order import in_order
from secretsadmin.pages.health import Broken, grouped

# A page of more says nothing: somebody has another prefix in mind. The command tells all of them.
MOST = 200


@dataclass(frozen=True)
class NearMissesPage:
    """What a look at all names of the account brought."""

    environment: Environment
    groups: tuple[Broken, ...]
    status: str
    health_url: str


def near_misses_page(request: Request, environment: Environment, names: AllNames) -> NearMissesPage:
    findings = in_order(names.findings)[:MOST]
    return NearMissesPage(
        environment,
        grouped(request.user, environment, findings),
        status_of(names),
        health_url=reverse("inventory-health", args=[environment.name]),
    )


def status_of(names: AllNames) -> str:
    count = len(names.findings)
    status = f"{count:,} of {names.count:,} names in the account."
    if count > MOST:
        status += f" These are the first {MOST}."
    if not names.is_whole:
        status += (
            " AWS gave no more in a page’s time: manage.py lint --near-misses looks at all of them."
        )
    return status
