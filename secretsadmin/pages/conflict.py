"""What happened to a secret while somebody edited it, and what they can choose from now."""

import re

from django.core.exceptions import ValidationError

from secretsadmin.audit import queries
from secretsadmin.audit.recording import Actor, NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE, Fields
from secretsadmin.diff.three_ways import Choice, find_choices
from secretsadmin.diff.two_ways import part_changes
from secretsadmin.forms.submission import Submission
from secretsadmin.kinds import Field
from secretsadmin.pages.overtaking import (
    Overtaking,
    ShownChoice,
    ShownConflict,
    ShownLine,
    ShownWays,
)
from secretsadmin.pages.problems import problem_of
from secretsadmin.pages.review import described
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NotFound, NoValue, StoreError
from secretsadmin.store.reads import VERSION_ID, Secret, Value

# No form takes a thousand choices, and nobody goes through more than these.
MAX_CHOICES = 200


def conflict_of(ref: Ref, version: str) -> ShownConflict:
    """What happened to a secret since this version. Raises NotFound, and any StoreError."""
    return _conflict(reads.describe(ref), version)


def overtaking(submission: Submission, actor: Actor, theirs: Value | None = None) -> Overtaking:
    """The conflict of a checked form: two recorded disclosures, or one if `theirs` is given.

    Where something can't be read there is less to see. It is never an error, because the person
    would lose what they typed.
    """
    try:
        secret = reads.describe(submission.subject.existing.ref)
    except StoreError as error:
        problems = (problem_of(error).sentence,)
        ways = ShownWays(can_choose=False, problems=problems)
        return Overtaking(None, ways, submission.subject.kind)
    listing.learn(secret.ref, lambda _: secret)
    conflict = _conflict(secret, submission.form.opened_on)
    ways = _ways(secret, submission, actor, theirs)
    return Overtaking(conflict, ways, submission.subject.kind)


def _conflict(secret: Secret, version: str) -> ShownConflict:
    by, moved_at = "", secret.changed
    move = queries.last_move(secret.ref, secret.current)
    if move:
        by, moved_at = move.user, move.acted_at
    return ShownConflict(
        version=secret.current,
        by=by,
        when=moved_at,
        fields=queries.changed_between(secret.ref, version, secret.current),
        deleted=secret.deleted,
    )


def _ways(secret: Secret, submission: Submission, actor: Actor, current: Value | None) -> ShownWays:
    if current and current.version == secret.current:
        theirs: str | None = current.text
        problem = ""
    else:
        theirs, problem = _read(secret.ref, secret.current, actor)
    if theirs is None:
        return ShownWays(can_choose=False, problems=(f"What they saved can't be shown. {problem}",))
    try:
        over = submission.laid_over(theirs)
    except ValidationError as error:
        problem = f"Your input doesn't fit onto theirs. {' '.join(error.messages)}"
        return ShownWays(can_choose=False, problems=(problem,))
    base, mine, problem = _base_and_mine(secret.ref, submission, actor)
    choices = _choices(submission, base, theirs, mine, over)
    choices += _description_choices(secret, submission)
    return _shown_ways(secret, submission, choices, base, (theirs, over), problem)


def _shown_ways(
    secret: Secret,
    submission: Submission,
    choices: tuple[Choice, ...],
    base: str | None,
    sides: tuple[str, str],
    problem: str,
) -> ShownWays:
    is_complete = base is not None
    offered, settled = [], []
    for choice in choices:
        if choice.is_open:
            offered.append(_shown(choice, submission, secret.current, is_complete=is_complete))
        else:
            settled.append(ShownChoice(choice))
    lines: tuple[ShownLine, ...] = ()
    if any(choice.part.name == WHOLE for choice in offered):
        lines = _lines(submission, *sides)
    problems: tuple[str, ...] = ()
    if not is_complete:
        problems = (f"What you started from can't be shown. {problem}",)
    return ShownWays(tuple(offered), tuple(settled), lines, is_complete, problems=problems)


def _base_and_mine(ref: Ref, submission: Submission, actor: Actor) -> tuple[str | None, str, str]:
    """The text that the form was opened on, and what the input makes of it.

    Where either isn't known, the third says why.
    """
    base, problem = _read(ref, submission.form.opened_on, actor)
    if base is None:
        return None, "", problem
    try:
        return base, submission.laid_over(base), ""
    except ValidationError as error:
        return None, "", " ".join(error.messages)


def _read(ref: Ref, version: str, actor: Actor) -> tuple[str | None, str]:
    """A version's text, or why there is none to show. Without a version, the text is empty."""
    if not version:
        return "", ""
    if not re.match(VERSION_ID, version):
        return None, "The form names no version."
    try:
        return reads.reveal(ref, "compare", actor=actor, version=version).text, ""
    except NotFound:
        return None, "AWS no longer has that version."
    except NoValue:
        return None, "It holds no text, so what stays masked in your form would be empty."
    except (StoreError, NotRecorded) as error:
        return None, problem_of(error).sentence


def _choices(
    submission: Submission, base: str | None, theirs: str, mine: str, over: str
) -> tuple[Choice, ...]:
    """The parts to choose between, or else both texts as wholes, if the parts are too many."""
    choices = _choices_by_part(submission, base, theirs, mine, over)
    if sum(choice.is_open for choice in choices) <= MAX_CHOICES:
        return choices
    base_whole = None
    if base is not None:
        base_whole = submission.as_shown(_whole(base))
    theirs_whole = submission.as_shown(_whole(theirs))
    over_whole = submission.as_shown(_whole(over))
    return find_choices(
        base_whole,
        theirs_whole,
        submission.as_shown(_whole(mine)),
        laid_over=over_whole,
        typed=_typed(submission, theirs_whole, over_whole),
    )


def _choices_by_part(
    submission: Submission, base: str | None, theirs: str, mine: str, over: str
) -> tuple[Choice, ...]:
    if base is None:
        theirs_parts, over_parts = submission.merge_parts((theirs, over))
        untouched = {part.name for part in over_parts if submission.leaves_alone(part.name)}
        return find_choices(
            None,
            theirs_parts,
            over_parts,
            laid_over=over_parts,
            typed=_typed(submission, theirs_parts, over_parts),
            left_alone=untouched,
        )
    sides = submission.merge_parts((base, theirs, mine, over))
    base_parts, theirs_parts, mine_parts, over_parts = sides
    typed = _typed(submission, *sides)
    return find_choices(base_parts, theirs_parts, mine_parts, laid_over=over_parts, typed=typed)


def _whole(text: str) -> Fields:
    if not text:
        return ()
    return (Field(WHOLE, "All of it", text),)


def _typed(submission: Submission, *sides: Fields) -> frozenset[str]:
    """The masked parts that the person typed, if they may not see what is stored in them."""
    if submission.subject.may_learn:
        return frozenset()
    typed = set()
    for side in sides:
        for part in side:
            if part.masked and submission.retypes(part.name):
                typed.add(part.name)
    return frozenset(typed)


def _description_choices(secret: Secret, submission: Submission) -> tuple[Choice, ...]:
    """A description belongs to no version, so the form alone knows what it was."""
    base = submission.form.first_value("description")
    mine = submission.form.data.get("description")
    if base is None or mine is None:
        return ()
    theirs = described(secret.description)
    laid_over = described(mine)
    if base == mine:
        laid_over = theirs
    return find_choices(described(base), theirs, described(mine), laid_over=laid_over)


def _shown(
    choice: Choice, submission: Submission, version: str, *, is_complete: bool
) -> ShownChoice:
    """An earlier choice holds for as long as their version stays the same."""
    resolution = submission.resolution
    chosen, missing = choice.default, False
    if resolution.rebased_on == version:
        chosen = resolution.sides.get(choice.key, "") or choice.default
        missing = choice.key in resolution.unresolved
    return ShownChoice(choice, chosen, missing, is_complete)


def _lines(submission: Submission, theirs: str, mine: str) -> tuple[ShownLine, ...]:
    rows = part_changes(*submission.diff(theirs, mine))
    if len(rows) <= 1:
        return ()
    return tuple(ShownLine.of(row) for row in rows if row.state != "same")
