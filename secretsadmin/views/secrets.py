"""Seeing what is there. Blind to a value's shape: the app's Shape takes it apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from secretsadmin import policy
from secretsadmin.access import actor_of, environment_of, secret_of
from secretsadmin.audit.deletions import Deletion, deletion_of, last_deletions
from secretsadmin.audit.models import Event, maker_of
from secretsadmin.audit.queries import changes_among, last_changes, looks_among
from secretsadmin.audit.standing import Finding, findings
from secretsadmin.comparing import WHOLE
from secretsadmin.environments import Environment, Ref
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Field, Kind, Named, Opened, Reading, Shape
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NoSuchPart, NoValue
from secretsadmin.store.marks import put_in_place
from secretsadmin.store.reads import Secret, Version
from secretsadmin.views import polling, shown
from secretsadmin.views.filters import Filter
from secretsadmin.views.missing_rights import missing_rights
from secretsadmin.views.polling import Age, Ages
from secretsadmin.views.rows import Badge, badges, table
from secretsadmin.views.shown_versions import ShownVersion, latest_versions, shown_version, version_asked

VERBS = ("open", "compare", "reveal", "create", "update", "roll-back", "label", "delete", "restore", "history")
# The tag of the message that the page of a new secret begins with.
CREATED = "created"


def rights(request: Request, environment: Environment, kind: Kind) -> dict[str, Any]:
    """What the person may do here, for showing what can be done; each view decides for itself again."""
    allowed = {verb: policy.may(request.user, verb, environment, kind) for verb in (*VERBS, "copy")}
    who = " and ".join(f"{role}s" for role in policy.roles_that_may("reveal", environment))
    return {f"may_{verb.replace('-', '_')}": may for verb, may in allowed.items()} | {"who_may_reveal": who}


def urls(ref: Ref) -> dict[str, str]:
    """The pages of one secret, as `update_url` and so on."""
    args = [ref.environment.name, ref.key]
    return {
        "index_url": reverse(f"{ref.kind.name}:index", args=args[:1]),
        "recycle_bin_url": reverse("recycle-bin", args=args[:1]),
        "edit_url": reverse(f"{ref.kind.name}:edit", args=args),
        **{
            f"{verb.replace('-', '_')}_url": reverse(f"{ref.kind.name}:{verb}", args=args)
            for verb in VERBS
            if verb != "create"
        },
    }


@dataclass(frozen=True)
class ShownSecret:
    """A secret's metadata as its pages show it."""

    id: str
    url: str
    secret_name: str
    description: str
    type: str
    icon: str
    badges: tuple[Badge, ...]
    tags: tuple[tuple[str, str], ...]
    changed: datetime | None
    changed_by: str
    deleted: datetime | None
    has_current: bool


def secret_context(request: Request, secret: Secret, shape: Shape) -> dict[str, Any]:
    """What every page of one secret shows."""
    ref = secret.ref
    changes = last_changes(ref)
    found = findings(ref, secret.versions)
    return {
        "kind": ref.kind,
        "secret": _shown_secret(secret, shape, next(iter(changes), None), found.get(secret.current)),
        "last_changes": changes,
        "findings": found,
        "deletion": _deletion(secret),
        **rights(request, ref.environment, ref.kind),
        **urls(ref),
        "index_url": request.lists.list_url(ref.environment, ref.kind),
    }


def _shown_secret(secret: Secret, shape: Shape, change: Event | None, finding: Finding | None) -> ShownSecret:
    ref = secret.ref
    return ShownSecret(
        id=ref.key,
        url=reverse(f"{ref.kind.name}:detail", args=[ref.environment.name, ref.key]),
        secret_name=ref.name,
        description=secret.description,
        type=shape.label(secret.type),
        icon=shape.icon(secret.type),
        badges=badges(secret, change, finding),
        tags=tuple(sorted(secret.tags.items())),
        changed=secret.changed,
        changed_by=change.user if change and put_in_place(secret, change) else "",
        deleted=secret.deleted,
        has_current=bool(secret.current),
    )


def _deletion(secret: Secret) -> Deletion | None:
    if secret.deleted is None:
        return None
    ref, now = secret.ref, datetime.now(UTC)
    known = last_deletions(ref.environment.name, ref.kind.name, now, secret=ref.key)
    return deletion_of(secret.deleted, known.get(ref.key), now)


@require_safe
def index(request: Request, environment: str, kind: Kind, shape: Shape) -> HttpResponse:
    here = environment_of(request, environment, "view", kind)
    if not here.backend.is_enabled(kind.name):
        return respond(request, "disabled.html", {"kind": kind})
    listing_here = listing.listing(here, kind)
    known = listing_here.read()
    listed = table(listing_here, shape, known.secrets, request.GET)
    request.lists.note_filter(here, kind, listed["filter"].at(""))
    age = Age.of(kind, known)
    context = {
        "kind": kind,
        "prefix": here.backend.name_prefix(kind.name),
        "create_url": reverse(f"{kind.name}:create", args=[here.name]),
        "age": age,
        "missing_rights": missing_rights(request, here, kind, ["create"]),
        **rights(request, here, kind),
        **listed,
    }
    rows = [listed[name] for name in ("rows", "types", "states", "total", "matched")]
    # What is said where there are no rows hangs on these.
    rows += [age.is_cold, age.problem is None]
    return polling.answer(request, "index.html", context, rows=rows, ages=Ages((age,)))


@require_POST
def refresh(request: Request, environment: str, kind: Kind) -> HttpResponse:
    here = environment_of(request, environment, "view", kind)
    if here.backend.is_enabled(kind.name):
        listing.listing(here, kind).sweep_and_wait()
    return redirect(Filter.of(request.GET).at(reverse(f"{kind.name}:index", args=[here.name])))


@require_safe
def detail(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "view", kind, key)
    created = any(message.extra_tags == CREATED for message in messages.get_messages(request))
    version = version_asked(request.GET)
    context = detail_context(request, _seen(ref, version), shape, version) | {"created": created}
    if "looks" not in request.GET:
        return respond(request, "detail.html", context)
    context["looks"] = looks_among(Event.objects.started().on(ref))
    return respond(request, "detail.html", context, partial="looks")


@require_POST
def open(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:  # noqa: A001 - the verb.
    ref = secret_of(request, environment, "open", kind, key)
    version = version_asked(request.POST)
    # The recorded act comes first, so that a try at what isn't there, or isn't told, leaves its trace, too.
    opened, size = _opened(request, ref, shape, version)
    secret = listing.find(ref)
    context = (looked_at_context if request.htmx else detail_context)(request, secret, shape, version)
    context["created"] = "created" in request.POST
    context["opened"] = shown.value(opened, size, context["reveal_url"] if _may_show(context, opened, shape) else "")
    # What the value says of itself is surer than what was noted of it.
    context["usage"] = shape.use(_named(ref, opened.type or secret.type, opened.form.lower()))
    return respond(request, "detail.html", context, partial="opened")


@require_POST
def reveal(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    part = request.POST.get("part", "")
    wanted = part or request.POST.get("field") or shape.secret
    verb = verb_of_showing(wanted, shape)
    ref = secret_of(request, environment, verb, kind, key)
    version = version_asked(request.POST)
    take, judge = partial(_taken, ref, shape, wanted, is_part=bool(part)), judge_of(ref, shape)
    actor = actor_of(request)
    field = reads.disclose(ref, verb, take, actor=actor, asked_for=wanted, version=version, judge=judge)
    context = {} if request.htmx else detail_context(request, listing.find(ref), shape, version)
    context |= {
        "version": version,
        "asked_by": "part" if part else "field",
        # A part is shown in a table, where it isn't one of a list.
        "is_alone": bool(part and request.htmx),
        "field": shown.revealed(replace(field, name=wanted), urls(ref)["reveal_url"]),
    }
    return respond(request, "detail.html", context, partial="revealed")


def verb_of_showing(wanted: str, shape: Shape) -> str:
    """All of a connection at once is a copy of it, whichever page asks."""
    return "copy" if wanted == WHOLE and shape.copies else "reveal"


def _taken(ref: Ref, shape: Shape, wanted: str, text: str, *, is_part: bool) -> Field:
    """What an opened page or a comparison calls so. Raises NoSuchPart."""
    backend = ref.environment.backend
    if wanted == WHOLE:
        return Field(shape.whole, "Stored text", text)
    if is_part:
        field = shape.part(text, wanted, backend)
    else:
        masked = (field for field in shape.open(text, backend).fields if field.masked)
        field = next((field for field in masked if field.name == wanted), None)
    if field is None:
        raise NoSuchPart
    return field


def _may_show(context: Mapping[str, Any], opened: Opened, shape: Shape) -> bool:
    """Whether the person may see what is masked; what can't be taken apart is shown whole."""
    return all(context[f"may_{verb_of_showing(field.name, shape)}"] for field in opened.fields if field.masked)


def detail_context(request: Request, secret: Secret, shape: Shape, version: str = "") -> dict[str, Any]:
    """What the page of a secret shows, before anything of its value is."""
    context = looked_at_context(request, secret, shape, version)
    old = context["old"]
    versions = () if old else latest_versions(secret, context)
    looked_at = old or next((each for each in versions if each.current), None)
    asked = {"version": version} if version else {}
    return context | {
        "versions": versions,
        "copy_url": _copy_url(secret.ref) if shape.copies else "",
        "missing_rights": missing_rights(
            request, secret.ref.environment, secret.ref.kind, _offered(secret, shape, old)
        ),
        "usage": shape.use(_named(secret.ref, secret.type, _form_of(looked_at))),
        "activity": changes_among(Event.objects.started().on(secret.ref)),
        "looks": None,
        "looks_url": f"{context['secret'].url}?{urlencode(asked | {'looks': '1'})}",
    }


def looked_at_context(request: Request, secret: Secret, shape: Shape, version: str) -> dict[str, Any]:
    """What the fields of a version are shown with."""
    context = secret_context(request, secret, shape)
    return context | {
        "old": _old(secret, version, context),
        "version": version,
        "opened": None,
        "copies": shape.copies,
        "team": secret.ref.team,
    }


def _named(ref: Ref, secret_type: str, form: str) -> Named:
    return Named(ref.kind, ref.id, secret_type, form, ref.environment.backend.airflow)


def _offered(secret: Secret, shape: Shape, old: ShownVersion | None) -> tuple[str, ...]:
    """The acts for which the page of a secret has a button, for whoever may do all of them."""
    if secret.deleted:
        return ("restore",)
    if old:
        return ("reveal", "roll-back")
    return ("update", "reveal", "copy", "delete") if shape.copies else ("update", "reveal", "delete")


def _form_of(version: ShownVersion | None) -> str:
    """The spelling of a version's text, where that was noted when it was saved here."""
    return (version.maker.form or "") if version and version.maker else ""


def _seen(ref: Ref, version: str) -> Secret:
    """A list may be behind: whoever looks at a version has to be told for sure whether Airflow reads it."""
    if not version:
        return listing.find(ref)
    secret = reads.describe(ref)
    listing.learn(ref, lambda _: secret)
    return secret


def _old(secret: Secret, version: str, context: Mapping[str, Any]) -> ShownVersion | None:
    """The version that is looked at, where it isn't the one that Airflow reads."""
    if not version or version == secret.current:
        return None
    maker = maker_of(secret.ref, version)
    labels = tuple(secret.versions.get(version, ()))
    return shown_version(Version(version, labels, maker.at if maker else None), maker, context)


def _copy_url(ref: Ref) -> str:
    return reverse(f"{ref.kind.name}:copy", args=[ref.environment.name, ref.key])


def _opened(request: Request, ref: Ref, shape: Shape, version: str) -> tuple[Opened, int | None]:
    """The value, and its size in bytes: as far as the person may know of them."""
    try:
        judge = judge_of(ref, shape)
        text = reads.reveal(ref, "open", actor=actor_of(request), version=version, judge=judge).text
    except NoValue:
        nothing = "Airflow finds nothing here: the secret has no current version, or one that isn't text."
        if version:
            nothing = "Airflow would find nothing here: this version isn't text."
        return Opened((), (Reading(error=nothing),)), 0
    opened = shape.open(text, ref.environment.backend)
    if not policy.may_learn(request.user, ref.environment, ref.kind):
        return opened.outline, None
    return opened, len(text.encode())


def judge_of(ref: Ref, shape: Shape) -> Callable[[str], str]:
    """What is noted of a text that somebody is shown."""
    return lambda text: shape.judge(text, ref.environment.backend)
