"""What is sent here is read as UTF-8.

Text of other codecs need not be text: some make half surrogates of bytes.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

UTF_8 = ("utf-8", "utf8")
# Any bytes can be read in this encoding, though no page here sends it.
HARMLESS = "text/plain; charset=latin-1"


def is_utf_8(request: HttpRequest) -> bool:
    return (request.encoding or "utf-8").lower() in UTF_8


def readable(application: Application) -> Application:
    """Hand requests in other encodings than UTF-8 on in a harmless one.

    Django reads the query in the charset that a request names. Where that fails, it fails before
    any middleware could answer. A middleware refuses such requests afterwards.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _charset(environ.get("CONTENT_TYPE", "")) not in UTF_8:
            environ = {**environ, "CONTENT_TYPE": HARMLESS}
        return application(environ, start_response)

    return answer


def _charset(content_type: str) -> str:
    try:
        _, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):
        # A parameter of the header can name an encoding of its own, even one that doesn't exist.
        return ""
    return parameters.get("charset", "utf-8").lower()
