"""Custom staging labels: put on a version, moved to another one, and taken off.

No value is read for it.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from secretsadmin.audit.recording import Act, Actor, recording
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors, listing, reads, stages
from secretsadmin.store.lost_answers import ask_aws
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS
from secretsadmin.store.traces import Labelled, holder, label_has_moved
from secretsadmin.store.writes import CANDIDATE, RESERVED_LABELS

MAX_LABEL = 256
# Over all versions of a secret.
MOST_LABELS = 20
# A secret needs room for these, or AWS takes no save any more.
KEPT_FREE = frozenset({CURRENT, PREVIOUS, CANDIDATE})
OF_AWS = (CURRENT, PREVIOUS, PENDING)


class InvalidLabel(ValueError):
    """Raised for a name that no custom label may have. The message tells the person why."""


def check_new(label: str) -> None:
    """Raises InvalidLabel for a label that nobody may put on a version for the first time.

    AWS takes any 1 to 256 characters. Those that nobody could see or type again are refused here.
    """
    check(label)
    if label != label.strip():
        raise InvalidLabel("A label can't begin or end with white space.")
    if not label.isprintable():
        raise InvalidLabel(
            "A label can't hold a character that doesn't show, such as a tab or a zero-width space."
        )


def check(label: str) -> None:
    """Raises InvalidLabel for a label that people don't move by hand, whoever attached it."""
    if not label:
        raise InvalidLabel("A label needs a name.")
    if len(label) > MAX_LABEL:
        raise InvalidLabel(
            f"A label has at most {MAX_LABEL} characters, and this one has {len(label)}."
        )
    if is_reserved(label):
        begins = " or ".join(RESERVED_LABELS)
        raise InvalidLabel(
            f"Labels that begin with {begins} are kept for AWS and for this dashboard."
        )


def is_reserved(label: str) -> bool:
    return label.upper().startswith(RESERVED_LABELS)


def room(names: Iterable[str]) -> int:
    """How many more labels a secret can have beside these; negative where it has too many."""
    return MOST_LABELS - len(KEPT_FREE.union(names))


def check_room(ref: Ref, label: str) -> None:
    """See whether the secret has the label, or room for it; one call.

    Raises TooManyLabels where there is none, and any StoreError.
    """
    labels = _all_labels(reads.describe(ref).versions)
    if label not in labels and room(labels) <= 0:
        raise errors.TooManyLabels


@aws.deadline()
def label(ref: Ref, *, label: str, to: str, version: str, actor: Actor, reason: str = "") -> None:
    """Put a custom label on the version `to`, or take it off where that is empty.

    One call; two for a label that the secret didn't have. `version` is where the person saw the
    label, and empty if they saw it nowhere. A label that nobody could type can be moved and taken
    off, but not put on anew. Raises InvalidId, InvalidLabel, Conflict where the label is elsewhere,
    NotFound where `to` is gone, TooManyLabels, NotRecorded, and any StoreError.
    """
    ref.check_name()
    if version:
        check(label)
    else:
        check_new(label)
    move = Act(fields=(label,), previous=version, version=to)
    with recording(ref, "label", actor=actor, reason=reason, act=move) as act:
        try:
            _move(ref, act, label)
        except errors.Conflict:
            # AWS has one code for a label that is elsewhere and for a version that isn't there.
            if to and ask_aws(lambda: _holder_now(ref, label) == version):
                raise errors.NotFound("NoSuchVersion") from None
            raise
        except errors.TooManyVersions as error:
            raise errors.TooManyLabels(error.code) from None
        if not version:
            _keep_room(ref, act, label)
    listing.learn(ref, lambda secret: replace(secret, versions=_moved(secret.versions, label, to)))


def _holder_now(ref: Ref, label: str) -> str:
    """The version that AWS has the label on; one call."""
    return holder(reads.describe(ref).versions, label)


def _all_labels(versions: Labelled) -> set[str]:
    return set(chain.from_iterable(versions.values()))


def _move(ref: Ref, act: Act, label: str) -> None:
    def has_moved() -> bool | None:
        versions = reads.describe(ref).versions
        return label_has_moved(versions, label, to=act.version, version=act.previous)

    stages.move(ref, act, label, to=act.version, version=act.previous, has_moved=has_moved)


def _keep_room(ref: Ref, act: Act, label: str) -> None:
    """Take a new label off again if others came at the same time, so that no save has room.

    Raises TooManyLabels once it is off. Where somebody has moved it since, or AWS fails, it stays
    where it is.
    """

    def is_off() -> bool:
        return _holder_now(ref, label) != act.version

    try:
        versions = reads.describe(ref).versions
        if room(_all_labels(versions)) >= 0 or holder(versions, label) != act.version:
            return
        stages.move(ref, act, label, to="", version=act.version, has_moved=is_off)
    except errors.Unknown:
        raise
    except errors.StoreError:
        return
    raise errors.TooManyLabels


def _moved(versions: Labelled, label: str, to: str) -> Labelled:
    """The versions as AWS describes them after the move; it leaves out those without a label."""
    moved = {}
    for version, labels in versions.items():
        moved[version] = tuple(name for name in labels if name != label)
    if to:
        moved[to] = (*moved.get(to, ()), label)
    return {version: labels for version, labels in moved.items() if labels}
