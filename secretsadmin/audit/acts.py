"""An act of the record with its outcome, and the words in which pages tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from secretsadmin.action import Action
from secretsadmin.actions import COPY, DISCLOSING, LABEL, ROLL_BACK, WHO, action_of, audit_actions
from secretsadmin.audit import observations
from secretsadmin.audit.models import Event, EventQuerySet, Outcome, as_uuid, outcomes
from secretsadmin.audit.refusals import LISTED, minute_of, totals
from secretsadmin.diff.fields import WHOLE
from secretsadmin.kinds import BINARY, BY_NAME
from secretsadmin.noted import CHANGE_USER, LIST, OBSERVE, RUN, SIGN_IN
from secretsadmin.templatetags.secretsadmin import day, visible

# Acts that show what is stored and change nothing. There are many more of them than of changes.
LOOKS = audit_actions(BY_NAME, (*DISCLOSING, LIST.verb, WHO.verb))
# How many acts a page tells of, and among how many of the last ones it looks for them.
MOST_ACTS = 8
RECENT = 500

# What people call the formats in which a secret is copied, by their words in the record. All other
# parts in the record have names that people gave them.
COPIES = {
    "uri": "a URI",
    "json": "JSON",
    "environment-line": "an environment line",
    "airflow-command": "an Airflow command",
    "aws-command": "an AWS command",
    "terraform": "Terraform",
    "stored-text": "the stored text",
    WHOLE: "the stored text",
}
# The error codes that are ours. The others are AWS's.
OUR_ERRORS = {
    "role": "The role doesn't allow it",
    "budget": "Too many were revealed in a short time",
    "PartlySaved": "Only a part of it was saved: save the description again",
    "PartlyTagged": "Perhaps only some of the tags were changed: see what they are",
    # Of acts that nobody saw end.
    "PerhapsPartly": "AWS no longer tells whether its description or type was saved, too",
    "Interrupted": "It was interrupted: take it that the value was shown",
    "NotDone": "It was interrupted, and nothing of it came about",
    "NoTrace": "It was interrupted, and AWS no longer tells: see what the secret is now",
    "NotAsked": "It was interrupted, and AWS did not tell for a day: see what the secret is",
    "NotConfigured": "It was interrupted, and its place is no longer configured: look in AWS",
    # Of runs over many secrets.
    "Stopped": "Somebody stopped it: what was done until then stands",
    "WorkerEnded": "The dashboard was stopped: run it again to do the rest",
    "BrokenOff": "Its worker was killed: what was done stands, and another run does the rest",
    "NotRecorded": "The audit log took no record: run it again to do the rest",
    "AwsSilent": "AWS didn't answer several times on end: run it again to do the rest",
    "InPart": "Some of its acts failed",
    BINARY: "Its value is binary, and Airflow reads text alone",
    # Of promotions.
    "SentElsewhere": "A task could send elsewhere what the person may not see: take all along",
    "ShownElsewhere": "The person may see it there, and may not where it comes from",
    "SourceUnreadable": "The source can't be read field by field",
    "TargetUnreadable": "The target can't be read field by field",
    "NotRepresentable": "No text that all readers read alike holds these fields",
}
# What people call runs over many secrets, by their verbs.
RUNS = {
    "promote": "promotion",
    "delete": "deletion",
    "mend": "mend",
    "label": "labelling",
    "describe": "description",
    "tag": "tagging",
    "retype": "change of type",
    "rename": "renaming",
}
ARTICLES = dict.fromkeys("aeiou", "an")


# Who did it, where that is nobody who signed in.
SOMEBODY, DASHBOARD = "Somebody", "The dashboard"


@dataclass(frozen=True)
class Activity:
    """One act: the line with which it began, and the line with which it ended, if it has ended.

    `refusals` counts the refusals of its minute, where this refusal stands for several. `target`
    is when the version was made that a roll back put in place, as far as the record knows.
    """

    start: Event
    end: Event | None
    refusals: int = 0
    target: datetime | None = None

    @property
    def last_line(self) -> Event:
        return self.end or self.start

    @property
    def action(self) -> Action:
        return action_of(self.start.action)

    @property
    def person(self) -> str:
        """The name of whoever did it, which is empty where nobody was signed in."""
        return self.start.user

    @property
    def who(self) -> str:
        """Who did it, as the beginning of a sentence."""
        if self.person:
            return self.person
        if self.action == OBSERVE:
            return observations.who(self.start)
        if self.action == SIGN_IN:
            return SOMEBODY
        return DASHBOARD

    @property
    def when(self) -> datetime:
        return self.start.at

    @property
    def outcome(self) -> str:
        return self.last_line.outcome

    @property
    def is_done(self) -> bool:
        return self.outcome in (Outcome.SUCCEEDED, Outcome.OBSERVED)

    @property
    def deed(self) -> str:
        """What was done to which kind of secret, such as “changed the connection”."""
        if self.action == OBSERVE:
            return observations.deed(self.start)
        deed = self.action.done
        if not self.is_done:
            deed = self.action.tried or deed
        if self.action == RUN:
            details = self.details
            what = what_was_run(details.get("verb", ""), self.kind, details.get("planned", 0))
            return f"{deed} {ARTICLES.get(what[:1], 'a')} {what}"
        if self.action == LABEL:
            deed = _deed_with_label(self.last_line, is_done=self.is_done) or deed
        kind = BY_NAME.get(self.kind)
        if kind is None:
            return deed
        if self.action == LIST:
            return f"{deed} {kind.plural}"
        return f"{deed} the {kind.singular}"

    @property
    def manner(self) -> str:
        """How a secret was copied, such as “as a URI”."""
        if self.action != COPY:
            return ""
        return " ".join(f"as {COPIES.get(part, part)}" for part in self._parts)

    @property
    def rest(self) -> SafeString:
        """The end of the sentence: where a roll back led, which parts, and how often."""
        return format_html(
            "{}{}{}{}{}{}",
            _person(self),
            self._destination,
            _listed(": ", self.fields),
            _memberships(self),
            _listed(" as ", self._tried_names),
            self._often,
        )

    @property
    def _destination(self) -> str:
        if self.action != ROLL_BACK:
            return ""
        if self.target:
            return f" to the version of {day(self.target)}"
        if self.last_line.version:
            return f" to the version {self.last_line.version[:8]}…"
        return ""

    @property
    def _tried_names(self) -> list[str]:
        """The names with which somebody failed to sign in, as far as users have them."""
        if self.action != SIGN_IN or self.person:
            return []
        return list(self.last_line.fields)

    @property
    def _often(self) -> str:
        texts = []
        if self.refusals:
            number = self.start.refusal or 0
            texts.append(f", refusal {number:,} of {self.refusals:,} in that minute")
        if self.last_line.count and self.last_line.count > 1:
            texts.append(f", {self.last_line.count:,} times")
        return "".join(texts)

    @property
    def details(self) -> Mapping[str, Any]:
        """What else its lines say, by name."""
        return {**(self.start.details or {}), **(self.last_line.details or {})}

    @property
    def fields(self) -> list[str]:
        """The parts of the secret that the act names, except those in the sentence."""
        if self.action in (LABEL, COPY, OBSERVE, SIGN_IN):
            return []
        names = []
        for part in self._parts:
            if part == WHOLE:
                names.append("all of it")
            else:
                names.append(part)
        return names

    @property
    def _parts(self) -> list[str]:
        """The parts that were handed out or changed, or else those that the person asked for."""
        return list(self.last_line.fields or self.start.fields)

    @property
    def reason(self) -> str:
        return self.start.reason

    @property
    def environment(self) -> str:
        return self.start.environment

    @property
    def kind(self) -> str:
        return self.start.kind

    @property
    def id(self) -> str:
        return self.start.secret

    @property
    def url(self) -> str:
        if not self.id or not self.environment or self.kind not in BY_NAME:
            return ""
        return reverse(f"{self.kind}:detail", args=[self.environment, self.id])

    @property
    def ids(self) -> list[tuple[str, str]]:
        """The ids that tie it to AWS's own logs, each with a label."""
        return [
            ("Event", str(self.start.act)),
            ("Version", self.last_line.version),
            ("Version before", self.last_line.previous),
            ("AWS request", self.last_line.request_id),
            ("Request", self.start.correlation),
            ("From", self.start.address or ""),
            ("Error", OUR_ERRORS.get(self.last_line.error, self.last_line.error)),
        ]


def what_was_run(verb: str, kind_name: str, planned: int) -> str:
    """A run in words, such as “import of 300 connections”."""
    kind = BY_NAME.get(kind_name)
    if kind:
        number = kind.counted(planned)
    elif planned == 1:
        number = "1 secret"
    else:
        number = f"{planned:,} secrets"
    return f"{RUNS.get(verb, verb)} of {number}"


def _listed(before: str, names: Iterable[str]) -> SafeString:
    coded = format_html_join(", ", "<code>{}</code>", [(visible(name),) for name in names])
    if not coded:
        return coded
    return format_html("{}{}", before, coded)


def _person(act: Activity) -> SafeString:
    """Which user or group was changed."""
    if act.action.scope != CHANGE_USER.scope:
        return SafeString()
    return format_html(" <code>{}</code>", visible(str(act.details.get("name", ""))))


def _memberships(act: Activity) -> SafeString:
    """What a user or a group was given, and what was taken from it."""
    if act.action.scope != CHANGE_USER.scope:
        return SafeString()
    changes = []
    for change in ("added", "removed"):
        if names := act.details.get(change):
            changes.append((change, visible(text_of(names))))
    return format_html_join("", ", {} <code>{}</code>", changes)


def text_of(value: Any) -> str:
    """A detail of a line as text: names, ids and numbers, and lists of them."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text_of(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(text_of(item) for item in value)
    return str(value)


def _deed_with_label(event: Event, *, is_done: bool) -> str:
    """What the person did, or tried to do, to the label that the event names.

    Empty where the event names no label, because the person may not move labels.
    """
    if not event.fields:
        return ""
    done, tried, place = "moved", "tried to move", "to another version of"
    if not event.version:
        done, tried, place = "took", "tried to take", "off a version of"
    elif not event.previous:
        done, tried, place = "put", "tried to put", "on a version of"
    deed = tried
    if is_done:
        deed = done
    return f"{deed} the label “{event.fields[0]}” {place}"


def with_outcomes(starts: Iterable[Event]) -> list[Activity]:
    """Acts from the lines with which they began.

    It asks the database once for all outcomes, once more if a refusal stands for several, and once
    more if there is a roll back.
    """
    begun = list(starts)
    ends = outcomes(start.act for start in begun)
    counts = _refusals(begun)
    made = _made(ends.values())
    acts = []
    for start in begun:
        end = ends.get(start.act)
        target = made.get(end.act) if end else None
        acts.append(Activity(start, end, counts.get(start.act, 0), target))
    return acts


def _made(ends: Iterable[Event]) -> dict[UUID, datetime]:
    """When the versions were made here that roll backs put in place, by the roll backs' acts."""
    wanted = {}
    for end in ends:
        version = as_uuid(end.version)
        if version and action_of(end.action) == ROLL_BACK:
            wanted[end.act] = (version, end)
    if not wanted:
        return {}
    makers = outcomes(version for version, _ in wanted.values())
    made = {}
    for act, (version, end) in wanted.items():
        maker = makers.get(version)
        if maker and _is_of_same_secret(maker, end):
            made[act] = maker.acted_at
    return made


def _is_of_same_secret(event: Event, other: Event) -> bool:
    """Whether both are about one secret: outside, a version can be given the id of any act."""
    place = (event.environment, event.kind, event.secret)
    return place == (other.environment, other.kind, other.secret)


def changes_and_looks(acts: EventQuerySet) -> tuple[list[Activity], list[Activity]]:
    """The last acts meant to change something, and the last acts that only looked."""
    changes = list(_changes(acts))
    looks = list(_looks(acts))
    activities = with_outcomes([*changes, *looks])
    return activities[: len(changes)], activities[len(changes) :]


def changes_among(acts: EventQuerySet) -> list[Activity]:
    return with_outcomes(_changes(acts))


def looks_among(acts: EventQuerySet) -> list[Activity]:
    return with_outcomes(_looks(acts))


def has_changes(acts: EventQuerySet, since: datetime) -> bool:
    """Whether any of the acts since then was meant to change something."""
    return acts.exclude(action__in=LOOKS).filter(at__gt=since).exists()


def _changes(acts: EventQuerySet) -> EventQuerySet:
    return _recent(acts).exclude(action__in=LOOKS)[:MOST_ACTS]


def _looks(acts: EventQuerySet) -> EventQuerySet:
    return _recent(acts).filter(action__in=LOOKS)[:MOST_ACTS]


def _recent(acts: EventQuerySet) -> EventQuerySet:
    """The last acts among which a page looks, because no page can go through the whole record."""
    return Event.objects.begun().filter(pk__in=acts.values("pk")[:RECENT])


def _refusals(starts: Iterable[Event]) -> dict[UUID, int]:
    """How many refusals the minute had, by act, for each refusal that stands for several."""
    numbers = {}
    minutes = {}
    for start in starts:
        if start.refusal and start.refusal > LISTED:
            numbers[start.act] = start.refusal
            minutes[start.act] = (start.user, minute_of(start.at))
    counts = totals(minutes.values())
    return {act: counts.get(minutes[act], number) for act, number in numbers.items()}
