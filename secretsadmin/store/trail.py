"""Who changed a secret outside: what CloudTrail knows of it, asked on demand and recorded.

CloudTrail logs a write's ClientRequestToken, which is the id of the version that it made. Its
events name no secret that could be looked up, so they are asked for by their names, around the
time of the change, and looked through here. Nothing of an event is kept but who, whence and when.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.utils import timezone

from secretsadmin.actions import WHO
from secretsadmin.audit import observations
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.observations import Caller, seen_between
from secretsadmin.audit.recording import NOBODY, Act, Actor, Place, note, recording
from secretsadmin.config.ref import Ref
from secretsadmin.noted import OBSERVE
from secretsadmin.store import aws
from secretsadmin.store.errors import Throttled, TrailBusy, TrailSilent, Unavailable
from secretsadmin.store.sweep import LAG

KEPT = timedelta(days=90)
# How far CloudTrail is behind.
BEHIND = timedelta(minutes=15)
# How many pages one question looks through, and how many events a page has.
MOST_PAGES, PAGE_SIZE = 10, 50
MAKING = ("PutSecretValue", "UpdateSecret", "CreateSecret")
_CALLS = {
    observations.APPEARED: MAKING[::-1],
    observations.MADE: MAKING,
    observations.MOVED: ("UpdateSecretVersionStage",),
    observations.TAKEN: ("UpdateSecretVersionStage",),
    observations.SCHEDULED: ("DeleteSecret",),
    observations.VANISHED: ("DeleteSecret",),
    observations.RESTORED: ("RestoreSecret",),
}
# AWS's clock says when a version was made, and CloudTrail's when the call came.
_AROUND = timedelta(minutes=2)
_LONGEST = 200
# What AWS adds to a name at the end of an ARN.
_ARN_END = re.compile(r"-[A-Za-z0-9]{6}")
_SOURCE = "secretsmanager.amazonaws.com"

# CloudTrail takes so few questions that a process asks one at a time.
_asking = Lock()


@dataclass(frozen=True)
class Question:
    """Which calls may have made a change, when, and by what else they are known.

    `of` is the observation that the question is about, empty for a version alone.
    """

    calls: tuple[str, ...]
    since: datetime
    until: datetime
    version: str = ""
    label: str = ""
    of: str = ""

    @property
    def is_too_old(self) -> bool:
        return self.until < timezone.now() - KEPT

    @property
    def may_be_too_new(self) -> bool:
        return self.until > timezone.now() - BEHIND


def about_version(version: str, created: datetime, of: str = "") -> Question:
    return Question(MAKING, created - _AROUND, created + _AROUND, version=version, of=of)


def about(observation: Event) -> Question | None:
    """The question who made an observed change; None where the line doesn't tell enough."""
    between = seen_between(observation)
    what = observations.word(observation)
    if between is None or what not in _CALLS:
        return None
    since, until = between
    return Question(
        _CALLS[what],
        since - LAG,
        until + _AROUND,
        version=observation.version,
        label="".join(observation.fields[:1]),
        of=str(observation.act),
    )


@aws.deadline()
def ask(ref: Ref, question: Question, *, actor: Actor) -> Caller | None:
    """Who it was, by at most ten calls; None where CloudTrail has no such event.

    What it has becomes an observation in the record. Raises TrailBusy, NotRecorded, and any
    StoreError.
    """
    ref.check_name()
    if not _asking.acquire(blocking=False):
        raise TrailBusy
    try:
        with recording(ref, WHO.verb, actor=actor, act=Act(version=question.version)):
            caller = _found(ref, question)
    finally:
        _asking.release()
    if caller:
        act = Act(version=question.version, details=caller.details())
        action = f"{ref.kind}.{OBSERVE.verb}"
        note(action, actor=NOBODY, place=Place.of(ref), act=act, outcome=Outcome.OBSERVED)
    return caller


def _found(ref: Ref, question: Question) -> Caller | None:
    for event in _events(ref, question):
        if _is_about(event, ref.name, question):
            return _caller(event, question.of)
    return None


def _events(ref: Ref, question: Question) -> Iterator[dict[str, Any]]:
    """The events that may be it, call by call and the newest first."""
    pages = 0
    for name in question.calls:
        next_page: dict[str, str] = {}
        while pages < MOST_PAGES:
            pages += 1
            answer = _look_up(ref, question, name, next_page)
            for event in answer.get("Events", ()):
                yield _parsed(event.get("CloudTrailEvent"))
            if "NextToken" not in answer:
                break
            next_page = {"NextToken": answer["NextToken"]}


def _look_up(
    ref: Ref, question: Question, name: str, next_page: Mapping[str, str]
) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = aws.call(
            aws.trail_client(ref.environment).lookup_events,
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}],
            StartTime=question.since,
            EndTime=question.until,
            MaxResults=PAGE_SIZE,
            **next_page,
        )
    except Throttled as error:
        raise TrailBusy(error.code) from None
    except Unavailable as error:
        raise TrailSilent(error.code) from None
    return answer


def _parsed(text: Any) -> dict[str, Any]:
    """An event; empty where the text is none."""
    try:
        event = json.loads(text)
    except (TypeError, ValueError):
        return {}
    if not isinstance(event, dict):
        return {}
    return event


def _is_about(event: Mapping[str, Any], name: str, question: Question) -> bool:
    """Whether the event is a call that was carried out, on this secret, and fits the question."""
    if event.get("eventSource") != _SOURCE or event.get("errorCode"):
        return False
    if event.get("eventName") not in question.calls:
        return False
    sent = _part(event, "requestParameters")
    if not _names(sent.get("secretId") or sent.get("name"), name):
        return False
    if event["eventName"] in MAKING:
        return bool(sent.get("clientRequestToken") == question.version)
    if event["eventName"] != "UpdateSecretVersionStage":
        return True
    is_label = sent.get("versionStage") == question.label
    return is_label and (sent.get("moveToVersionId") or "") == question.version


def _names(secret_id: Any, name: str) -> bool:
    """Whether what a caller wrote means the secret of this name.

    It may be the name or an ARN, whose end, a hyphen and six characters, callers may leave out.
    """
    if not isinstance(secret_id, str):
        return False
    if not secret_id.startswith("arn:"):
        return secret_id == name
    rest = secret_id.partition(":secret:")[2]
    if not rest.startswith(name):
        return False
    return rest == name or _ARN_END.fullmatch(rest, len(name)) is not None


def _caller(event: Mapping[str, Any], of: str) -> Caller:
    identity = _part(event, "userIdentity")
    issuer = _part(_part(identity, "sessionContext"), "sessionIssuer")
    arn = _text(identity, "arn")
    session = ""
    if identity.get("type") == "AssumedRole":
        session = arn.rpartition("/")[2]
    name = _text(issuer, "userName") or _text(identity, "userName") or _text(identity, "invokedBy")
    return Caller(
        call=_text(event, "eventName"),
        event=_text(event, "eventID"),
        at=_text(event, "eventTime"),
        sort=_text(identity, "type"),
        name=name,
        session=session,
        arn=arn,
        account=_text(identity, "accountId"),
        address=_text(event, "sourceIPAddress"),
        agent=_text(event, "userAgent"),
        of=of,
    )


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    if not isinstance(part, Mapping):
        return {}
    return part


def _text(part: Mapping[str, Any], name: str) -> str:
    text = part.get(name)
    if not isinstance(text, str):
        return ""
    return text[:_LONGEST]
