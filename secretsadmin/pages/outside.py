"""What pages tell of changes outside: between which two looks, and who it was by CloudTrail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.audit import observations
from secretsadmin.audit.models import Event
from secretsadmin.audit.observations import Caller
from secretsadmin.templatetags.secretsadmin import moment, visible


@dataclass(frozen=True)
class Story:
    """Something that happened outside, as far as it is known.

    `asked_by` and `asked_about` are the field of the form that asks CloudTrail, empty where there
    is nothing to ask, or where the person may not.
    """

    what: str = ""
    seen: SafeString = field(default_factory=SafeString)
    who: str = ""
    asked_by: str = ""
    asked_about: str = ""


UNTOLD = Story()


@dataclass(frozen=True)
class Stories:
    """The observations of one secret, newest first, and who CloudTrail named."""

    seen: tuple[Event, ...]
    callers_of_versions: Mapping[str, Caller]
    callers_of_observations: Mapping[str, Caller]

    def of_version(self, version: str, *, may_ask: bool) -> Story:
        """The story of a version that was made outside."""
        seen = SafeString()
        for event in self.seen:
            if event.version == version and observations.word(event) in _OF_VERSIONS:
                seen = _seen(event)
        caller = self.callers_of_versions.get(version)
        if caller:
            return Story(seen=seen, who=_who(caller))
        if not may_ask:
            return Story(seen=seen)
        return Story(seen=seen, asked_by="version", asked_about=version)

    def of_others(self, versions: Iterable[str], *, may_ask: bool) -> tuple[Story, ...]:
        """What else was seen, beside the making of these versions."""
        told = set(versions)
        stories = []
        for event in self.seen:
            is_told = observations.word(event) in _OF_VERSIONS and event.version in told
            if not is_told:
                stories.append(self._of(event, may_ask=may_ask))
        return tuple(stories)

    def _of(self, event: Event, *, may_ask: bool) -> Story:
        what, act = visible(observations.sentence(event)), str(event.act)
        caller = self.callers_of_observations.get(act)
        if caller:
            return Story(what, _seen(event), _who(caller))
        if not may_ask:
            return Story(what, _seen(event))
        return Story(what, _seen(event), asked_by="observation", asked_about=act)


_OF_VERSIONS = (observations.MADE, observations.APPEARED)


def stories_of(events: Iterable[Event]) -> Stories:
    seen = []
    of_versions, of_observations = {}, {}
    for event in events:
        if observations.word(event) != observations.NAMED:
            seen.append(event)
            continue
        caller = observations.caller_of(event)
        if caller.call in _MAKING:
            of_versions[event.version] = caller
        if caller.of:
            of_observations[caller.of] = caller
    return Stories(tuple(seen), of_versions, of_observations)


_MAKING = ("PutSecretValue", "UpdateSecret", "CreateSecret")


def _seen(event: Event) -> SafeString:
    """Between which two looks it happened."""
    between = observations.seen_between(event)
    if between is None:
        return SafeString()
    before, after = between
    return format_html("Noticed {}; not yet so {}.", moment(after), moment(before))


def _who(caller: Caller) -> str:
    return visible(f"CloudTrail: {caller.words}, by {caller.call}.")
