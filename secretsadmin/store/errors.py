"""What can go wrong between us and Secrets Manager.

StoreError
├── NotFound               no such secret, or no such version
│   └── NoSuchPart         the value is there, and has no part of the name that was asked for
├── NoValue                the secret is there, and has no text to read
├── NameTaken              a secret of this name exists already
├── ScheduledForDeletion   the secret waits for its deletion
├── Conflict               somebody changed the secret since the form was opened
├── Refused                AWS won't take the request as it is
│   ├── TooManyVersions    the secret's versions are used up for today
│   ├── TooManyLabels      the secret has all the labels that it can have
│   ├── TooManyTags        the secret would have more tags than it can have
│   ├── NotAllowed         an IAM policy is missing; names the action
│   ├── BadCredentials     AWS doesn't accept our credentials
│   └── KeyUnavailable     KMS doesn't give the secret's key
├── Unrecorded             a call that needs an act of the record was made outside of one
├── Misconfigured          the environment's AWS settings can't work
├── PartlySaved            the value was saved, what belongs to it wasn't
│   └── PartlyTagged       tags were set, and others not taken off
└── Unavailable            AWS didn't answer, or too late
    ├── Throttled          AWS asks for fewer requests
    │   └── TrailBusy      CloudTrail does, or somebody else is asking it
    ├── TrailSilent        CloudTrail didn't answer
    ├── NotReached         nothing could be sent to AWS, or in time
    └── Unknown            the answer was lost: the change may or may not have been made

Each says the HTTP status of its page, the outcome in the audit log, and sentences for the person.
None carries a value, or text that AWS wrote.
"""

from typing import Self


class StoreError(Exception):
    status = 502
    outcome = "failed"
    title = "Secrets Manager refused"
    sentence = "AWS didn't do what was asked."
    changed = "Nothing was changed."
    next = ""
    # Whether AWS may have carried the call out all the same, so that it has to be asked.
    is_doubtful = False
    # AWS's time of its answer, as HTTP's header has it; empty where AWS didn't answer.
    date = ""

    def __init__(self, code: str = "") -> None:
        super().__init__(code or type(self).__name__)
        self.code = code or type(self).__name__

    def detached(self) -> Self:
        """The error without the frames that it was raised in, which hold what was sent and read."""
        self.__context__ = None
        return self.with_traceback(None)


class NotFound(StoreError):
    """Raised when AWS knows no such secret or version."""

    status = 404
    title = "Not in Secrets Manager"
    sentence = "There is no such secret, or no such version of it."
    next = "It may have been deleted outside this dashboard. Refresh the list to see what is there."


class NoSuchPart(NotFound):
    """Raised when a value has no part of the requested name; nothing of it is handed out."""

    title = "Not in this value"
    sentence = "The value has no part of this name, or none any more."
    next = "Open it again to see what it has."


class NoValue(StoreError):
    """Raised when the secret has no current version, or a binary one: Airflow finds nothing."""

    status = 422
    title = "Nothing to read"
    sentence = "This secret has no text that Airflow could read."
    next = "Save a new value to make it readable."


class NameTaken(StoreError):
    """Raised by a create whose name exists already."""

    status = 422
    title = "The name is taken"
    sentence = "A secret of this name exists already."
    next = "Choose another id, or edit the one that is there."


class ScheduledForDeletion(StoreError):
    """Raised when the secret waits for its deletion: it can be restored, and nothing else."""

    status = 422
    title = "Scheduled for deletion"
    sentence = (
        "This secret is scheduled for deletion, so Airflow doesn't find it and it can't be changed."
    )
    next = "Restore it first."


class Conflict(StoreError):
    """Raised when AWSCURRENT isn't where the person saw it."""

    status = 409
    outcome = "conflict"
    title = "Somebody was faster"
    sentence = "Somebody changed this secret since you opened it."
    changed = "Nothing of theirs was overwritten."


class Refused(StoreError):
    """Raised when AWS calls the request itself invalid."""

    next = "Its error code is in the audit log."


class TooManyVersions(Refused):
    """Raised when a secret has about 100 versions younger than a day.

    AWS has the same code for a secret that was given all its labels outside this dashboard.
    """

    status = 503
    title = "Too many versions today"
    sentence = "AWS keeps about 100 versions of a secret a day, and this one has used them up."
    next = (
        "Wait until its oldest version is a day old. "
        "If it has 20 labels, that is the reason: remove one."
    )


class TooManyLabels(Refused):
    """Raised when somebody attaches a label to a secret that has no room for another one."""

    status = 422
    title = "Too many labels"
    sentence = (
        "AWS keeps 20 labels over all versions of a secret: "
        "its own two, one for the next save, and 17 others."
    )
    next = "Remove a label that nobody needs, or move it."


class TooManyTags(Refused):
    """Raised when a secret would have more tags than AWS keeps."""

    status = 422
    title = "Too many tags"
    sentence = "AWS keeps 50 tags of a secret."
    next = "Remove one that nobody needs."


class NotAllowed(Refused):
    """Raised when an IAM policy doesn't let us; `action` is the one that is missing."""

    outcome = "denied"
    title = "AWS doesn't allow it"
    next = "Ask whoever looks after the AWS account to add this action to the dashboard's role."

    def __init__(self, action: str) -> None:
        super().__init__("AccessDenied")
        self.action = action
        self.sentence = f"The dashboard's AWS role lacks the permission {action}."


class BadCredentials(Refused):
    """Raised when our credentials are missing, expired or wrong."""

    status = 503
    title = "AWS doesn't know us"
    sentence = "The dashboard's AWS credentials are missing, expired or wrong."
    next = "Ask whoever runs the dashboard to renew them."


class KeyUnavailable(Refused):
    """Raised when the KMS key is off, scheduled for deletion, or closed to us.

    Airflow finds nothing then.
    """

    title = "The key is not available"
    sentence = "KMS doesn't give the key of this secret, so neither we nor Airflow can read it."
    next = "Check that the key is enabled and that its policy admits the dashboard and Airflow."


class Unrecorded(StoreError):
    """Raised before anything is sent; only a mistake in this program leads here."""

    status = 500
    title = "Something went wrong here"
    sentence = "The dashboard was about to do something without a record of it, so it didn't."
    next = "Whoever runs the dashboard finds the error in its log."


class Misconfigured(StoreError):
    """Raised when no client can be made: no region, or an endpoint that is no address."""

    status = 503
    title = "The AWS settings can't work"
    sentence = "The environment's region or endpoint is missing or wrong."
    next = "Ask whoever runs the dashboard to check its backend kwargs."


class PartlySaved(StoreError):
    """Raised when the value went through and its description or type didn't."""

    outcome = "succeeded"
    title = "Saved in part"
    sentence = (
        "The value is saved, and Airflow reads it. "
        "Its description or its type could not be saved with it."
    )
    changed = "The value was changed."
    next = "Open it and save the description again."


class PartlyTagged(PartlySaved):
    """Raised when tags were set, and those that were to go are still there."""

    sentence = "The new tags are set. Those that were to go could not be removed."
    changed = "The new tags were set."
    next = "Remove the others again."


class Unavailable(StoreError):
    """Raised when AWS doesn't answer, or with an error of its own."""

    status = 503
    title = "AWS doesn't answer"
    sentence = "Secrets Manager didn't answer in time."
    next = "Try again in a moment."


class Throttled(Unavailable):
    """Raised when AWS still asks for fewer requests after our retries."""

    title = "AWS asks us to slow down"
    sentence = "Secrets Manager takes no more requests from this account right now."


class TrailBusy(Throttled):
    """Raised when CloudTrail takes no question now; it takes two a second of an account."""

    title = "CloudTrail is busy"
    sentence = "CloudTrail takes two questions a second from all of an AWS account."
    next = "Ask again in a moment."


class TrailSilent(Unavailable):
    """Raised when CloudTrail doesn't answer."""

    title = "CloudTrail doesn't answer"
    sentence = "CloudTrail didn't answer in time."
    next = "Ask again in a moment."


class NotReached(Unavailable):
    """Raised when no connection to AWS comes about before the page's deadline."""


class Unknown(Unavailable):
    """Raised when the answer to a write was lost, and AWS can't say what became of it."""

    status = 504
    outcome = "unknown"
    title = "We can't tell yet"
    sentence = "AWS's answer was lost, so the change may or may not have been made."
    changed = "It may or may not have been saved."
    next = "Open the history in a minute: a change that was made is there."
