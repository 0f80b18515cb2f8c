"""What is sent here is read as UTF-8. Text of other codecs need not be text: some make half surrogates of bytes."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

UTF_8 = ("utf-8", "utf8")
# Every text can be read in it, though no page here sends it.
HARMLESS = "text/plain; charset=latin-1"


def is_utf_8(request: HttpRequest) -> bool:
    return (request.encoding or "utf-8").lower() in UTF_8


def readable(application: Application) -> Application:
    """Django reads the query in the charset that a request names before anybody can answer, and fails where it can't.

    So a request in any other encoding gets to it in a harmless one, and is refused by what comes after.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _charset(environ.get("CONTENT_TYPE", "")) not in UTF_8:
            environ = {**environ, "CONTENT_TYPE": HARMLESS}
        return application(environ, start_response)

    return answer


def _charset(content_type: str) -> str:
    """Parameters can be in an encoding of their own, which need not exist."""
    with suppress(ValueError, LookupError):
        _, parameters = parse_header_parameters(content_type)
        return parameters.get("charset", "utf-8").lower()
    return ""
