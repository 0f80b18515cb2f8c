"""Who it was that changed something outside, which CloudTrail is asked at the press of a button."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from secretsadmin.access import policy
from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.audit import observations
from secretsadmin.audit.models import Event
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.pages.activity_filter import audit_url
from secretsadmin.pages.secret import urls_of
from secretsadmin.pages.version import requested_version
from secretsadmin.store import reads, trail
from secretsadmin.store.errors import NotFound
from secretsadmin.store.trail import Question

TOO_OLD = "CloudTrail keeps 90 days, and this is older, so it can't say who it was."
TOO_NEW = (
    "CloudTrail doesn't know yet: it is up to 15 minutes behind. Ask again in a quarter of an hour."
)
NOT_THERE = "CloudTrail has no event of this change among those around that time."

MADE = (observations.MADE, observations.APPEARED)


@require_POST
def ask_cloudtrail(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "ask-cloudtrail", kind, key)
    observation = _observation(request, ref)
    version = requested_version(request.POST)
    if observation is None and not version:
        return redirect(urls_of(ref).history)
    _answer(request, ref, _question(ref, observation, version))
    if observation and observations.word(observation) == observations.VANISHED:
        return redirect(_page_of_what_is_gone(request, ref))
    return redirect(urls_of(ref).history)


def _answer(request: Request, ref: Ref, question: Question) -> None:
    """Tells who it was, or why nobody can tell."""
    if question.is_too_old:
        messages.info(request, TOO_OLD)
        return
    caller = trail.ask(ref, question, actor=actor_of(request))
    if caller:
        messages.success(request, f"CloudTrail says that it was {caller.words}.")
    elif question.may_be_too_new:
        messages.info(request, TOO_NEW)
    else:
        messages.info(request, NOT_THERE)


def _observation(request: Request, ref: Ref) -> Event | None:
    """The observation that the request names, if it names one. Raises Http404 for any other."""
    named = request.POST.get("observation", "")
    if not named:
        return None
    try:
        act = UUID(named)
    except ValueError:
        raise Http404 from None
    seen = observations.observed(Event.objects.on(ref), [ref.kind.name])
    return get_object_or_404(seen, act=act)


def _question(ref: Ref, observation: Event | None, version: str) -> Question:
    """The narrowest question: AWS knows to the second when a version was made.

    Raises NotFound where AWS doesn't have the version any more.
    """
    if observation is None:
        return _about_version(ref, version)
    if observation.version and observations.word(observation) in MADE:
        with suppress(NotFound):
            return _about_version(ref, observation.version, of=str(observation.act))
    question = trail.about(observation)
    if question is None:
        raise Http404
    return question


def _about_version(ref: Ref, version: str, of: str = "") -> Question:
    for known in reads.versions(ref):
        if known.id == version and known.created:
            return trail.about_version(version, known.created, of)
    raise NotFound("Version")


def _page_of_what_is_gone(request: Request, ref: Ref) -> str:
    environment = ref.environment
    if policy.may(request.user, "audit", environment, ref.kind):
        return audit_url(environment)
    return urls_of(ref).index
