"""Whether a text is JSON that can mean one thing alone: no key twice, no NaN."""

import json
from typing import Any, NamedTuple, NoReturn


class Fault(NamedTuple):
    """At which character a text isn't such JSON, and why, as the end of a sentence."""

    place: int
    reason: str


class _Twice(ValueError):
    """A key stands in one object twice."""


class _NoNumber(ValueError):
    """NaN, Infinity or -Infinity."""


def fault_of(text: str) -> Fault | None:
    """Numbers of any length pass: they aren't read here."""
    try:
        json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_int=str,
            parse_float=str,
        )
    except json.JSONDecodeError as error:
        return Fault(error.pos, "isn't JSON")
    except _Twice:
        return Fault(0, "has a key twice in one object, of which Airflow keeps the last")
    except _NoNumber:
        return Fault(0, "holds NaN or Infinity, which are no JSON")
    except RecursionError:
        return Fault(0, "is nested too deep")
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _Twice
    return value


def _refuse(_: str) -> NoReturn:
    raise _NoNumber
