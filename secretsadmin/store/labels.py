"""Custom staging labels: attached to a version, moved to another one, and taken off. No value is read for it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from secretsadmin.audit.models import Act, Actor, recording
from secretsadmin.environments import Ref
from secretsadmin.store import aws, errors, listing, reads, stages
from secretsadmin.store.lost_answers import asked
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS
from secretsadmin.store.writes import CANDIDATE, RESERVED_LABELS

MAX_LABEL = 256
# Over all versions of a secret.
MOST_LABELS = 20
# What a secret needs room for: without it AWS would take no save any more.
KEPT_FREE = frozenset({CURRENT, PREVIOUS, CANDIDATE})
OF_AWS = (CURRENT, PREVIOUS, PENDING)

Labelled = Mapping[str, tuple[str, ...]]


class InvalidLabel(ValueError):
    """Raised for a name that no custom label may have; says why."""


def check_new(label: str) -> None:
    """Raises InvalidLabel. AWS takes any 1 to 256 characters; what nobody could see or type again is refused here."""
    check(label)
    if label != label.strip():
        raise InvalidLabel("A label can't begin or end with white space.")
    if not label.isprintable():
        raise InvalidLabel("A label can't hold a character that doesn't show, such as a tab or a zero-width space.")


def check(label: str) -> None:
    """Raises InvalidLabel for a label that people don't move by hand, whoever attached it."""
    if not label:
        raise InvalidLabel("A label needs a name.")
    if len(label) > MAX_LABEL:
        raise InvalidLabel(f"A label has at most {MAX_LABEL} characters, and this one has {len(label)}.")
    if is_reserved(label):
        begins = " or ".join(RESERVED_LABELS)
        raise InvalidLabel(f"Labels that begin with {begins} are kept for AWS and for this dashboard.")


def is_reserved(label: str) -> bool:
    return label.upper().startswith(RESERVED_LABELS)


def holder(versions: Labelled, label: str) -> str:
    """The version that the label stands on, or nothing."""
    return next((version for version, labels in versions.items() if label in labels), "")


def room(names: Iterable[str]) -> int:
    """How many more labels there can be beside these."""
    return MOST_LABELS - len(KEPT_FREE.union(names))


def check_room(ref: Ref, label: str) -> None:
    """One call: DescribeSecret. Raises TooManyLabels where there is room for no other one, and any StoreError."""
    standing = {name for names in reads.describe(ref).versions.values() for name in names}
    if label not in standing and room(standing) <= 0:
        raise errors.TooManyLabels


@aws.one_action()
def label(ref: Ref, *, label: str, to: str, version: str, actor: Actor, reason: str = "") -> None:
    """Put a custom label on the version `to`, or on none where that is empty; one call, and two for a new one.

    `version` is the one that the person saw it on, empty for none. A label that nobody could type is attached here
    by no one, but can be moved and taken off. Raises InvalidId, InvalidLabel, Conflict where the label is elsewhere,
    NotFound where `to` is gone, TooManyLabels, NotRecorded, and any StoreError.
    """
    _ = ref.name
    check(label) if version else check_new(label)
    with recording(ref, "label", actor=actor, reason=reason, fields=(label,), previous=version, version=to) as act:
        try:
            _move(ref, act, label)
        except errors.Conflict:
            # AWS has one code for a label that is elsewhere and for a version that isn't there.
            if to and asked(lambda: holder(reads.describe(ref).versions, label) == version):
                raise errors.NotFound("NoSuchVersion") from None
            raise
        except errors.TooManyVersions as error:
            raise errors.TooManyLabels(error.code) from None
        if not version:
            _keep_room(ref, act, label)
    listing.learn(ref, lambda known: replace(known, versions=_moved(known.versions, label, to)))


def _move(ref: Ref, act: Act, label: str) -> None:
    def has_moved() -> bool | None:
        """Nobody can tell where it has been, once it is on a third version."""
        now = holder(reads.describe(ref).versions, label)
        return {act.version: True, act.previous: False}.get(now)

    stages.move(ref, act, label, to=act.version, version=act.previous, has_moved=has_moved)


def _keep_room(ref: Ref, act: Act, label: str) -> None:
    """Take a new label back where others came at the same time, and AWS would find no room for a save any more.

    Raises TooManyLabels once it is off. Where somebody has moved it since, or AWS fails, it stays where it is.
    """
    try:
        versions = reads.describe(ref).versions
        standing = {name for names in versions.values() for name in names}
        if room(standing) >= 0 or holder(versions, label) != act.version:
            return
        stages.move(ref, act, label, to="", version=act.version, has_moved=lambda: _is_off(ref, act, label))
    except errors.Unknown:
        raise
    except errors.StoreError:
        return
    raise errors.TooManyLabels


def _is_off(ref: Ref, act: Act, label: str) -> bool:
    return holder(reads.describe(ref).versions, label) != act.version


def _moved(versions: Labelled, label: str, to: str) -> Labelled:
    """As AWS describes it afterwards: without the versions on which no label is left."""
    others = {version: tuple(each for each in labels if each != label) for version, labels in versions.items()}
    if to:
        others[to] = (*others.get(to, ()), label)
    return {version: labels for version, labels in others.items() if labels}
