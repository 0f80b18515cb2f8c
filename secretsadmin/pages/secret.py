"""What all pages of a secret share: its metadata, their addresses, and what the person may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import actions_with_button
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.models import Event
from secretsadmin.audit.queries import last_changes
from secretsadmin.audit.standing import Finding, findings
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.kinds import Kind
from secretsadmin.pages.listing import Badge, badges
from secretsadmin.store import tags
from secretsadmin.store.marks import put_in_place
from secretsadmin.store.reads import Secret


@dataclass(frozen=True)
class Rights:
    """What the person may do, for showing what can be done; each view decides for itself again."""

    create: bool
    open: bool
    reveal: bool
    copy: bool
    update: bool
    history: bool
    compare: bool
    roll_back: bool
    label: bool
    tag: bool
    duplicate: bool
    delete: bool
    restore: bool
    ask_cloudtrail: bool


def rights_of(
    request: Request, environment: Environment, kind: Kind, ref: Ref | None = None
) -> Rights:
    """The person's rights to a secret, or to any of the kind if none is given."""
    allowed = {}
    for field in fields(Rights):
        verb = field.name.replace("_", "-")
        allowed[field.name] = policy.may(request.user, verb, environment, kind, ref)
    return Rights(**allowed)


def who_may_reveal(environment: Environment) -> str:
    """The roles, as the end of a sentence."""
    return " and ".join(f"{role}s" for role in policy.roles_that_may("reveal", environment))


@dataclass(frozen=True)
class SecretUrls:
    """The addresses of the pages of one secret, and of the two lists that it can be in."""

    index: str
    recycle_bin: str
    detail: str
    open: str
    reveal: str
    update: str
    edit: str
    history: str
    compare: str
    roll_back: str
    label: str
    tag: str
    duplicate: str
    delete: str
    restore: str
    ask_cloudtrail: str


def urls_of(ref: Ref) -> SecretUrls:
    environment = ref.environment.name
    addresses = {
        "index": reverse(f"{ref.kind.name}:index", args=[environment]),
        "recycle_bin": reverse("recycle-bin", args=[environment]),
    }
    for field in fields(SecretUrls):
        if field.name not in addresses:
            verb = field.name.replace("_", "-")
            addresses[field.name] = url_of_verb(ref, verb)
    return SecretUrls(**addresses)


def url_of_verb(ref: Ref, verb: str) -> str:
    return reverse(f"{ref.kind.name}:{verb}", args=[ref.environment.name, ref.key])


@dataclass(frozen=True)
class ShownButton:
    """A button that does all of an action at once."""

    label: str
    icon: str
    url: str


def buttons_of(request: Request, secret: Secret) -> tuple[ShownButton, ...]:
    """The buttons of the actions that the person may do to the secret as it is."""
    ref = secret.ref
    buttons = []
    for action in actions_with_button(is_scheduled=secret.deleted is not None):
        if action.button and policy.may(request.user, action.verb, ref.environment, ref.kind, ref):
            url = url_of_verb(ref, action.verb)
            buttons.append(ShownButton(action.button.label, action.button.icon, url))
    return tuple(buttons)


@dataclass(frozen=True)
class ShownSecret:
    """A secret's metadata as its pages show it. `tags` are AWS's and ours, `own_tags` people's."""

    id: str
    url: str
    secret_name: str
    description: str
    type: str
    icon: str
    badges: tuple[Badge, ...]
    tags: tuple[tuple[str, str], ...]
    own_tags: tuple[tuple[str, str], ...]
    changed: datetime | None
    changed_by: str
    deleted: datetime | None
    has_current: bool


@dataclass(frozen=True)
class SecretHead:
    """What every page of a secret shows; `urls.index` is the list as the person left it.

    `last_changes` are the last acts that put another value or description in place, the newest
    first. `findings` are by version.
    """

    ref: Ref
    secret: ShownSecret
    may: Rights
    urls: SecretUrls
    last_changes: tuple[Event, ...]
    findings: Mapping[str, Finding]

    @property
    def is_deleted(self) -> bool:
        return self.secret.deleted is not None


def head_of(request: Request, secret: Secret, adapter: KindAdapter) -> SecretHead:
    ref = secret.ref
    changes = tuple(last_changes(ref))
    known_findings = findings(ref, secret.versions)
    last_change = None
    if changes:
        last_change = changes[0]
    return SecretHead(
        ref=ref,
        secret=_shown_secret(secret, adapter, last_change, known_findings.get(secret.current)),
        may=rights_of(request, ref.environment, ref.kind, ref),
        urls=replace(urls_of(ref), index=request.lists.list_url(ref.environment, ref.kind)),
        last_changes=changes,
        findings=known_findings,
    )


def _shown_secret(
    secret: Secret, adapter: KindAdapter, change: Event | None, finding: Finding | None
) -> ShownSecret:
    ref = secret.ref
    changed_by = ""
    if change and put_in_place(secret, change):
        changed_by = change.user
    return ShownSecret(
        id=ref.key,
        url=url_of_verb(ref, "detail"),
        secret_name=ref.name,
        description=secret.description,
        type=adapter.type_name(secret.type),
        icon=adapter.type_icon(secret.type),
        badges=badges(secret, change, finding),
        tags=tuple(sorted(tags.reserved(secret.tags).items())),
        own_tags=tuple(tags.own(secret.tags).items()),
        changed=secret.changed,
        changed_by=changed_by,
        deleted=secret.deleted,
        has_current=bool(secret.current),
    )


@dataclass(frozen=True)
class SecretPage:
    """What the template of each page of a secret gets. A page adds what it alone shows."""

    head: SecretHead

    @property
    def kind(self) -> Kind:
        return self.head.ref.kind

    @property
    def secret(self) -> ShownSecret:
        return self.head.secret

    @property
    def may(self) -> Rights:
        return self.head.may

    @property
    def urls(self) -> SecretUrls:
        return self.head.urls

    @property
    def who_may_reveal(self) -> str:
        return who_may_reveal(self.head.ref.environment)


def rights(
    request: Request, environment: Environment, kind: Kind, ref: Ref | None = None
) -> dict[str, Any]:
    """The rights for a template that reads them as `may_update` and so on."""
    allowed = vars(rights_of(request, environment, kind, ref))
    named = {f"may_{name}": may for name, may in allowed.items()}
    return named | {"who_may_reveal": who_may_reveal(environment)}


def _named_urls(addresses: SecretUrls) -> dict[str, str]:
    return {f"{name}_url": url for name, url in vars(addresses).items()}


def secret_context(request: Request, secret: Secret, adapter: KindAdapter) -> dict[str, Any]:
    """The head of a secret for a template that reads its parts by themselves."""
    head = head_of(request, secret, adapter)
    return {
        "kind": secret.ref.kind,
        "secret": head.secret,
        **rights(request, secret.ref.environment, secret.ref.kind, secret.ref),
        **_named_urls(head.urls),
    }


def verb_of_showing(name: str, adapter: KindAdapter) -> str:
    """The verb that shows a part. To show all of a connection at once is to copy it."""
    if name == WHOLE and adapter.exports:
        return "copy"
    return "reveal"


def judge_of(ref: Ref, adapter: KindAdapter) -> Callable[[str], str]:
    """A function that says how Airflow reads a text, for the record of those who are shown it."""

    def judge(text: str) -> str:
        return adapter.judge(text, ref.environment.backend)

    return judge
