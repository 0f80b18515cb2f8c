"""What went wrong, told to people: what, whether anything was changed, what to do next."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from django.http import HttpRequest

from secretsadmin.access.requests import Denied, Request
from secretsadmin.actions import AT_ONCE, DISCLOSING, PROMOTE, WHO
from secretsadmin.audit.budgets import OverBudget
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.kinds import Tone
from secretsadmin.pages.rights import refusal, whom_to_ask
from secretsadmin.store.errors import StoreError

UNCHANGED = "Nothing was changed."
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - it is the name of one.
# The fields in which people show anew who they are.
SHOWING_WHO = tuple(f"confirm-{name}" for name in ("password", "code", "credential", "passkey"))
# The forms that are one button. They hold names and ids at most. That of a promotion may hold what
# somebody typed.
PRESSED = (*(set(DISCLOSING) - {PROMOTE.verb}), *AT_ONCE, WHO.verb, "edit")


@dataclass(frozen=True)
class Problem:
    """What went wrong. `changed` says whether anything was changed, and `next` what to do now."""

    status: int
    title: str
    sentence: str
    changed: str = UNCHANGED
    next: str = ""

    @property
    def tone(self) -> Tone:
        if self.status in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            return "caution"
        return "danger"


@dataclass(frozen=True)
class Retry:
    """The request that failed, to send it once more. `sent` are the fields if it was a form."""

    url: str
    is_form: bool = False
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ErrorPage:
    """A problem, and the way to try again where that may help."""

    problem: Problem
    retry: Retry | None = None


TOO_MANY_RUNS = Problem(
    503,
    "Too much at once",
    "This process carries out as many runs as it may.",
    next="Wait until one of them ends, and send this once more.",
)
BAD_REQUEST = Problem(
    400,
    "That request can't be read",
    "The browser sent something unexpected.",
    next="A form takes 1 MiB, and a value 65,536 bytes.",
)


NO_ROLE = Problem(
    403,
    "Your role doesn't allow this",
    "None of your groups has a role here.",
    next="Ask whoever looks after the groups of this dashboard to add you to one.",
)


NOT_ACTIVE = Problem(
    403,
    "This account is closed",
    "Nobody can sign in with it.",
    next="Ask whoever looks after the accounts of this dashboard.",
)


NO_ACCOUNT = Problem(
    403,
    "You have no account here",
    "Your sign-in was right, but this dashboard makes no accounts by itself.",
    next="Ask whoever looks after the accounts of this dashboard to make you one.",
)


NOT_SIGNED_IN = Problem(
    401,
    "The sign-in didn't work",
    "What the identity provider answered can't be trusted, or has been used before.",
    "Nobody was signed in.",
    "Try again from the sign-in page. If it goes wrong again, tell whoever runs the dashboard.",
)


NO_PROVIDER = Problem(
    502,
    "The identity provider doesn't answer",
    "The dashboard asked it where to sign in, and got no answer that it can use.",
    "Nobody was signed in.",
    "Try again in a moment.",
)


FORGED_HEADER = Problem(
    403,
    "This request came past the proxy",
    "It names a person in a header that only a configured proxy may send.",
    next="Open the dashboard by its public address.",
)


NO_SUCH_PAGE = Problem(
    404,
    "There is no such page",
    "Nothing is stored under this address.",
    next="Look for it in the list.",
)


EXPIRED_FORM = Problem(
    403,
    "The form has expired",
    "It was opened in another session.",
    next="Go back, reload the page and send the form again.",
)


OWN_ERROR = Problem(
    500,
    "Something went wrong here",
    "The dashboard met an error of its own.",
    "It may or may not have been saved.",
    "The audit log tells what was done. Whoever runs the dashboard finds the error in its log.",
)


UNRECORDED = Problem(
    503,
    "The audit log can't be written",
    "Nothing is shown or changed here without a record of it, and the record can't be written "
    "right now.",
    next="Your browser's back button brings your input back. Ask whoever runs the dashboard to "
    "look at its database.",
)


TOO_LARGE = Problem(
    413,
    "That is too large",
    "A form takes 1 MiB, and a value 65,536 bytes.",
    next="Keep large files elsewhere, and store where they are.",
)


OTHER_ENCODING = Problem(
    415,
    "This isn't written in UTF-8",
    "Whatever is sent here has to be text in UTF-8, as browsers send it from these pages.",
    next="If a script of yours sent it, let it name no other charset.",
)


FROM_ELSEWHERE = Problem(
    403,
    "Another site asked for this",
    "Another site may lead here by a link, and do nothing in your name.",
    next="If you wanted it, open the dashboard and do it there.",
)


def no_database(request: HttpRequest) -> Problem:
    """The database doesn't answer. AWS may have done before what it was asked for."""
    changed = "Whether anything was changed isn't known."
    advice = "Look at what is stored now before you repeat it."
    if request.method in ("GET", "HEAD"):
        changed, advice = UNCHANGED, "Try again in a moment."
    return Problem(
        503,
        "The database doesn't answer",
        "The dashboard keeps its record and everybody's sessions there, and does nothing without "
        "them.",
        changed,
        advice,
    )


def ended_session(request: HttpRequest) -> Problem:
    """The view is done, and the session couldn't be saved. Nobody knows here what the view did."""
    return replace(
        no_database(request),
        status=400,
        title="Your session has ended",
        sentence="It ended while this was under way: you signed out elsewhere, or the database "
        "took nothing.",
    )


def not_allowed(request: Request, denied: Denied) -> Problem:
    sentence = refusal(request, denied)
    return Problem(403, NO_ROLE.title, sentence, next=whom_to_ask(denied))


def of_budget(error: OverBudget) -> Problem:
    minutes = -(-error.seconds // 60)
    wait = f"{error.seconds} seconds"
    if minutes > 1:
        wait = f"{minutes} minutes"
    return Problem(
        429,
        "That is enough for now",
        f"Nobody is shown more than {error.budget.text} of what is masked here. "
        "So whoever gets into an account can't read everything at once.",
        "Nothing was shown.",
        f"Wait {wait}. The audit log has a line about this.",
    )


def of_store(error: StoreError) -> Problem:
    return Problem(error.status, error.title, error.sentence, error.changed, error.next)


def problem_of(error: StoreError | NotRecorded) -> Problem:
    if isinstance(error, NotRecorded):
        return UNRECORDED
    return of_store(error)


def retry_of(request: HttpRequest, problem: Problem) -> Retry | None:
    """The way to try again, where that may help.

    A form that people fill in needs none: it comes back with its own button.
    """
    if problem.status != HTTPStatus.SERVICE_UNAVAILABLE:
        return None
    url = request.get_full_path()
    if request.method in ("GET", "HEAD"):
        return Retry(url)
    match = request.resolver_match
    if match is None or match.url_name not in PRESSED:
        return None
    return Retry(url, is_form=True, sent=tuple(sent_fields(request)))


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that were sent, to send them again.

    The token is left out, and so is what showed who the person is.
    """
    fields = []
    for name, values in request.POST.lists():
        if name != TOKEN and name not in SHOWING_WHO:
            fields += [(name, str(value)) for value in values]
    return fields
