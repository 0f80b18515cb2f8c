"""One worker of the site, in a process of its own, that tells which of its objects hold a text.

    python -m tests.secretsadmin.worker < people.json

prints its address. `/-/holders/<text, in hexadecimal>` answers with what holds it, as JSON.
"""

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from types import FrameType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from secretsadmin.demo.site import Person, settle

PATH = "/-/holders/"
ENOUGH = 5
TEXTS = (str, bytes, bytearray)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A log would be one more thing to look after."""


def holders(needle: str) -> list[str]:
    """The objects that hold the text, described without it.

    What nothing refers to any more doesn't count.
    """
    gc.collect()
    own = sys._getframe()  # noqa: SLF001 - there is no other way to one's own frame.
    found = []
    for owner in gc.get_objects():
        if owner is own:
            continue
        if any(_holds(thing, needle) for thing in _within(owner)):
            found.append(owner)
    return [_described(owner) for owner in found[:ENOUGH]]


def _within(owner: Any) -> Iterator[Any]:
    """What an object refers to, and what those refer to that Python doesn't keep track of."""
    for thing in gc.get_referents(owner):
        yield thing
        if not gc.is_tracked(thing) and type(thing) in (tuple, dict):
            yield from _within(thing)


def _holds(thing: Any, needle: str) -> bool:
    # Of what kind a thing is, is asked of no lazy one: it would come to life.
    if type(thing) is BytesIO:
        thing = thing.getvalue()
    if thing is needle or not issubclass(type(thing), TEXTS):
        return False
    return needle in thing if issubclass(type(thing), str) else needle.encode() in thing


def _described(owner: Any) -> str:
    if type(owner) is FrameType:
        return f"frame of {owner.f_code.co_qualname} in {owner.f_code.co_filename}"
    parents = sorted({type(parent).__name__ for parent in gc.get_referrers(owner)})
    return f"{type(owner).__name__} in {', '.join(parents)}"


def answering(application: Any) -> Any:
    def respond(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(PATH):
            return application(environ, start_response)  # type: ignore[no-any-return]
        needle = bytes.fromhex(environ["PATH_INFO"].removeprefix(PATH)).decode()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(holders(needle)).encode()]

    return respond


def main() -> None:
    settle(Person(**person) for person in json.load(sys.stdin))
    from secretsadmin.wsgi import application  # noqa: PLC0415 - its settings are those of the process.

    with make_server("127.0.0.1", 0, answering(application), handler_class=Quiet) as server:
        print(server.server_port, flush=True)  # noqa: T201 - whoever started it waits for this.
        server.serve_forever()


if __name__ == "__main__":
    main()
