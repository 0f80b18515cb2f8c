"""What a save means to change beside the value, as the line with which it begins holds it.

So it can be told later whether that was changed, although the save's process was killed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from secretsadmin.audit import chain
from secretsadmin.audit.models import DESCRIPTION, Event
from secretsadmin.store.reads import Secret

TYPE, TAGS = "type", "tags"
_BEFORE, _AFTER = "before", "after"

Change = dict[str, str]


def intents(before: Secret, description: str, type_after: str | None) -> dict[str, Change] | None:
    """The changes that the save means to make, by what they change; None where there are none."""
    ring = chain.keys()
    key = ring.by_id[ring.current]
    changes = {
        DESCRIPTION: {
            _BEFORE: _fingerprint(key, before.description),
            _AFTER: _fingerprint(key, description),
        }
    }
    if type_after is not None:
        changes[TYPE] = {_BEFORE: before.type, _AFTER: type_after}
    return {name: change for name, change in changes.items() if _differs(change)} or None


def carried_out(begun: Event, secret: Secret, later: Iterable[Event]) -> dict[str, bool | None]:
    """Whether each of the changes was made, by what AWS has now, and by what later saves meant.

    None where nobody can tell any more. `later` are the lines with which later saves began.
    """
    now = {TYPE: secret.type}
    if key := chain.keys().by_id.get(begun.key):
        now[DESCRIPTION] = _fingerprint(key, secret.description)
    made = {}
    for name, change in _changes(begun).items():
        others = [_changes(other).get(name, {}) for other in later]
        made[name] = _is_made(change, now.get(name), others)
    return made


def intents_of_tags(
    before: Mapping[str, str], after: Mapping[str, str], names: Iterable[str]
) -> dict[str, dict[str, Change]]:
    """What becomes of the tags of these names. A tag that isn't there counts as another value."""
    ring = chain.keys()
    key = ring.by_id[ring.current]
    changes = {}
    for name in names:
        changes[name] = {
            _BEFORE: _fingerprint_of_tag(key, name, before),
            _AFTER: _fingerprint_of_tag(key, name, after),
        }
    return {TAGS: changes}


def tags_carried_out(begun: Event, secret: Secret, later: Iterable[Event]) -> list[bool | None]:
    """Whether each of the tags was changed; None where nobody can tell any more."""
    key = chain.keys().by_id.get(begun.key)
    made = []
    for name, change in _tag_changes(begun).items():
        now = _fingerprint_of_tag(key, name, secret.tags) if key else None
        others = [_tag_changes(other).get(name, {}) for other in later]
        made.append(_is_made(change, now, others))
    return made


def _tag_changes(begun: Event) -> dict[str, Change]:
    details: Mapping[str, Any] = begun.details or {}
    return dict(details.get(TAGS, {}))


def _fingerprint_of_tag(key: chain.Key, name: str, tags: Mapping[str, str]) -> str:
    value = tags.get(name)
    if value is None:
        return ""
    return chain.sign(key, TAGS, f"{name}={value}")[:32]


def _changes(begun: Event) -> dict[str, Change]:
    details: Mapping[str, Any] = begun.details or {}
    return {name: details[name] for name in (DESCRIPTION, TYPE) if name in details}


def _is_made(change: Change, now: str | None, others: Iterable[Mapping[str, str]]) -> bool | None:
    found = {other.get(_BEFORE) for other in others}
    meant = {other.get(_AFTER) for other in others}
    if change[_AFTER] in found:
        return True
    # What a later save meant may be that save's. What it found proves nothing, where that isn't
    # this change: a list in memory may be older than this.
    if now in meant:
        return None
    if now == change[_AFTER]:
        return True
    if now == change[_BEFORE]:
        return False
    return None


def _differs(change: Change) -> bool:
    return change[_BEFORE] != change[_AFTER]


def _fingerprint(key: chain.Key, description: str) -> str:
    """It tells nothing of the text to those who haven't the key of the audit log."""
    return chain.sign(key, DESCRIPTION, description)[:32]
