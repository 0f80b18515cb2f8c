"""What a save would change, before it is saved: one recorded disclosure, and nothing is written."""

from dataclasses import replace

from secretsadmin.audit.recording import Actor
from secretsadmin.diff.fields import Fields
from secretsadmin.diff.two_ways import PartChange, part_changes
from secretsadmin.forms.resolution import DESCRIPTION
from secretsadmin.forms.submission import Submission
from secretsadmin.kinds import Field
from secretsadmin.pages.comparison import ShownComparison, comparison
from secretsadmin.store import reads
from secretsadmin.store.errors import NoValue
from secretsadmin.store.reads import Value


class Overtaken(Exception):
    """Raised when another version is current than the one that the form was opened on."""

    def __init__(self, theirs: Value) -> None:
        super().__init__()
        self.theirs = theirs


def review(submission: Submission, *, actor: Actor) -> ShownComparison:
    """What is stored now, beside what a valid form would store; one call.

    Raises ValidationError for what would be refused, Overtaken, NotRecorded, and any StoreError.
    """
    current = _current(submission, actor)
    if current.version != submission.form.metadata()["version"]:
        raise Overtaken(current)
    draft = submission.draft(current.text)
    if current.text:
        before, after = submission.diff(current.text, draft.text)
    else:
        before = ()
        (after,) = submission.merge_parts((draft.text,))
    rows = [_as_known(submission, row) for row in part_changes(before, after)]
    rows += _description_rows(submission)
    return comparison(
        submission.subject.existing.ref,
        rows,
        is_stored_alike=not draft.fields,
        alike="A save would change nothing.",
    )


def _current(submission: Submission, actor: Actor) -> Value:
    ref = submission.subject.existing.ref
    try:
        return reads.reveal(ref, "compare", actor=actor)
    except NoValue:
        # There is no version, or one that is no text. In both cases a save stores the first text.
        return Value("", reads.describe(ref).current)


def _as_known(submission: Submission, row: PartChange) -> PartChange:
    """A withheld row, as far as people know it: they typed it, or they left it alone."""
    if row.state != "withheld":
        return row
    if submission.says_anew(row.name):
        return replace(row, state="typed")
    return replace(row, state="same")


def _description_rows(submission: Submission) -> tuple[PartChange, ...]:
    before = submission.subject.existing.description
    after = submission.form.metadata()["description"]
    return part_changes(described(before), described(after))


def described(text: str | None) -> Fields:
    """A description as a part to compare, if there is one."""
    if not text:
        return ()
    return (Field(DESCRIPTION, "Description", text, masked=False),)
