"""The page for people who were signed out, or signed in anew, while a page was open."""

from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse

from secretsadmin.forms.base import MOST_IN_A_FORM
from secretsadmin.kinds import Tone
from secretsadmin.pages.problems import sent_fields


@dataclass(frozen=True)
class SignedOutPage:
    """Whether somebody is signed in by now, and the input of the form that was sent.

    `action` is where the form is sent again. A form that is too long comes without its input.
    """

    is_signed_in: bool
    is_form: bool
    is_too_long: bool
    action: str
    sent: tuple[tuple[str, str], ...] = field(repr=False, default=())

    @property
    def title(self) -> str:
        if self.is_signed_in:
            return "You are signed in"
        return "You are signed out"

    @property
    def heading(self) -> str:
        if self.is_form:
            return "Nothing was done yet"
        return self.title

    @property
    def lead(self) -> str:
        """What happened to the input."""
        if self.is_form:
            return f"{self._why} What you typed is kept in this page for as long as it is open."
        if self.is_too_long:
            return (
                "Nothing was done. What was sent is longer than any form takes, so it isn’t kept "
                "in this page. Your browser’s back button leads to where it was typed."
            )
        if self.is_signed_in:
            return "Go back to the tab that you came from. What you typed there is still in it."
        return ""

    @property
    def _why(self) -> str:
        """Why the form wasn't taken."""
        if self.is_signed_in:
            return (
                "Somebody signed in after the page was opened, so it was too old to be taken at "
                "its word."
            )
        return "The session has ended."

    @property
    def tone(self) -> Tone:
        if self.is_signed_in:
            return "info"
        return "caution"

    @property
    def icon(self) -> str:
        if self.is_signed_in:
            return "info"
        return "circle-alert"

    @property
    def sign_in_url(self) -> str:
        return f"{reverse('login')}?next={reverse('login-state')}"


def signed_out_page(request: HttpRequest) -> SignedOutPage:
    """Holds the input of a form. A request of htmx's leaves its page in place, input and all."""
    is_signed_in = request.user.is_authenticated
    action = request.get_full_path()
    if request.method != "POST" or getattr(request, "htmx", False):
        return SignedOutPage(is_signed_in, is_form=False, is_too_long=False, action=action)
    sent = tuple(sent_fields(request))
    # Anybody can send this without an account, and HTML can make a text six times as long.
    if sum(len(name) + len(value) for name, value in sent) > MOST_IN_A_FORM:
        return SignedOutPage(is_signed_in, is_form=False, is_too_long=True, action=action)
    return SignedOutPage(is_signed_in, is_form=True, is_too_long=False, action=action, sent=sent)
