"""What to write on Airflow's side so that it reads an environment's secrets, and for IAM."""

import json
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request, actor_of
from secretsadmin.actions import ADMINISTER, DIAGNOSE, VIEW
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.backend_kwargs import GivenKwargs, given_kwargs, without_account
from secretsadmin.doctor.located import Located, locate
from secretsadmin.doctor.signing_in import connection_snippets, role_snippets, sign_ins
from secretsadmin.doctor.snippets import Snippet, Way, cautions_of, ways_of
from secretsadmin.iam.policies import NothingToAllow, Place, place_of, policy_for
from secretsadmin.iam.terraform import policy_document
from secretsadmin.kinds import KINDS
from secretsadmin.pages.first_day import StepLine, first_day, unconfigured
from secretsadmin.pages.in_sight import in_sight


class Below(NamedTuple):
    """A page below the set-up page: the name of its URL, its title, and what it is for.

    People find the link who have the right of this `verb`.
    """

    name: str
    title: str
    about: str
    verb: str


PAGES_BELOW = (
    Below(
        "setup-policies",
        "IAM policies",
        "The least that Airflow and this dashboard need.",
        VIEW.verb,
    ),
    Below(
        "setup-doctor",
        "The doctor",
        "What of all this holds, and what mends the rest.",
        DIAGNOSE.verb,
    ),
    Below(
        "setup-proof",
        "The proof",
        "A script that says, where Airflow runs, whether it reads what is stored here.",
        VIEW.verb,
    ),
)
PURPOSES = {
    "airflow": ("Airflow", "It reads the secrets of this environment, and does nothing else."),
    "viewer": ("A dashboard that reads", "It lists, opens and reveals."),
    "editor": (
        "A dashboard that writes",
        "It also creates, changes, rolls back, labels, deletes and restores, as editors may.",
    ),
    "full": (
        "A dashboard that does all",
        "It also exports, as admins may. AWS asks no more for that than for what editors do.",
    ),
}


class Link(NamedTuple):
    url: str
    title: str
    about: str


@dataclass(frozen=True)
class SetupPage:
    """The set-up page. `role` and `connection` hold snippets, where there is something to say."""

    environment: Environment
    unconfigured: SafeString | str
    steps: tuple[StepLine, ...]
    kwargs: tuple[Snippet, ...]
    left_out: tuple[str, ...]
    cautions: tuple[str, ...]
    ways: tuple[Way, ...]
    sign_ins: tuple[Way, ...]
    role: tuple[Snippet, ...]
    connection: tuple[Snippet, ...]
    links: tuple[Link, ...]


class Spelling(NamedTuple):
    """A policy as JSON or for Terraform; the one snippet is to copy."""

    format: str
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True)
class PolicyPanel:
    """The policy of one purpose, and what whoever attaches it has to know."""

    key: str
    title: str
    about: str
    spellings: tuple[Spelling, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PoliciesPage:
    """The policies of all purposes. `notes` hold for all of them."""

    environment: Environment
    notes: tuple[str, ...]
    panels: tuple[PolicyPanel, ...]
    # Whether AWS can be asked for what a placeholder stands for.
    can_be_filled_in: bool

    @property
    def url(self) -> str:
        return reverse("setup-policies", args=[self.environment.name])

    @property
    def setup_url(self) -> str:
        return reverse("setup", args=[self.environment.name])


def setup_page(request: Request, environment: Environment) -> SetupPage:
    is_whole = _may_see_account(request, environment)
    shown = _shown(environment, is_whole=is_whole)
    given = given_kwargs(environment.backend, is_whole=is_whole)
    place = place_of(shown)
    return SetupPage(
        environment,
        unconfigured(request, environment),
        _steps(request, environment),
        (Snippet("backend_kwargs", given.line),),
        given.left_out,
        _cautions(shown, given),
        ways_of(shown.backend, given),
        sign_ins(shown.backend, given, place),
        role_snippets(given, place),
        connection_snippets(shown.backend, given),
        _links_below(request, environment),
    )


def _links_below(request: Request, environment: Environment) -> tuple[Link, ...]:
    return tuple(
        Link(reverse(name, args=[environment.name]), title, about)
        for name, title, about, verb in PAGES_BELOW
        if policy.may(request.user, verb, environment)
    )


def policies_page(request: Request, environment: Environment) -> PoliciesPage:
    """By what the configuration says alone."""
    is_whole = _may_see_account(request, environment)
    shown = _shown(environment, is_whole=is_whole)
    page = _policies_page(shown, Located(place_of(shown)))
    if is_whole:
        return page
    hidden = "Only people who administer this environment see the account’s digits here."
    notes = page.notes if shown == environment else (*page.notes, hidden)
    return replace(page, notes=notes, can_be_filled_in=False)


def filled_in_policies_page(request: Request, environment: Environment) -> PoliciesPage:
    """With what AWS says, for those who may administer."""
    return _policies_page(environment, locate(environment, actor=actor_of(request)))


def _policies_page(shown: Environment, located: Located) -> PoliciesPage:
    panels = [_panel(shown, purpose, located.place) for purpose in PURPOSES]
    common = [note for note in panels[0].notes if all(note in panel.notes for panel in panels)]
    return PoliciesPage(
        shown,
        (*located.notes, *common),
        tuple(_without(panel, common) for panel in panels),
        can_be_filled_in=not located.place.is_known,
    )


def _without(panel: PolicyPanel, common: list[str]) -> PolicyPanel:
    """The panel without the notes that all panels have."""
    return replace(panel, notes=tuple(note for note in panel.notes if note not in common))


def _may_see_account(request: Request, environment: Environment) -> bool:
    return policy.may(request.user, ADMINISTER.verb, environment)


def _shown(environment: Environment, *, is_whole: bool) -> Environment:
    """The environment as the person may see it, with or without its account's digits."""
    if is_whole:
        return environment
    return replace(environment, account="", kms_key=without_account(environment.kms_key))


def _steps(request: Request, environment: Environment) -> tuple[StepLine, ...]:
    sights = {}
    for kind in KINDS:
        is_enabled = environment.backend.is_enabled(kind.name)
        if is_enabled and policy.may(request.user, "view", environment, kind):
            sights[kind] = in_sight(request.user, environment, kind)
    return first_day(request, environment, sights)


def _cautions(environment: Environment, given: GivenKwargs) -> tuple[str, ...]:
    cautions = cautions_of(environment.backend, given)
    if "role_arn" not in given.kwargs:
        return cautions
    return (
        *cautions,
        (
            "The role is the one that this dashboard takes. Where it may write, give Airflow one "
            "of its own, with the policy that only reads."
        ),
    )


def _panel(environment: Environment, purpose: str, place: Place) -> PolicyPanel:
    title, about = PURPOSES[purpose]
    panel = PolicyPanel(purpose, title, about)
    try:
        least = policy_for(environment, purpose, place)
    except NothingToAllow as error:
        return replace(panel, notes=(str(error),))
    texts = {
        "JSON": json.dumps(least.document(), indent=2),
        "Terraform": policy_document(least, f"{environment.name}_{purpose}").rstrip(),
    }
    spellings = []
    for spelling, text in texts.items():
        spellings.append(Spelling(spelling, (Snippet(f"{title}: {spelling}", text),)))
    return replace(panel, spellings=tuple(spellings), notes=least.notes)
