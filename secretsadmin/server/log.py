"""Logs and error reports hold names and ids.

An exception is its type and where it was raised, never its text.
"""

import logging
import traceback
from typing import Any

import structlog
from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from structlog.typing import EventDict, WrappedLogger

from secretsadmin import correlation


def formatter() -> logging.Formatter:
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow={"act", "error", "status_code", "code", "task"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            _without_text,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def _with_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The id of the request that the line belongs to; a line outside of a request has none."""
    if request := correlation.current():
        event["request"] = request
    return event


def _without_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Text of an exception may quote what it choked on, which here may be a credential."""
    raised: Any = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0]:
        frames = traceback.extract_tb(raised[2])
        event["exception"] = raised[0].__name__
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


class NoValues(SafeExceptionReporterFilter):
    """Keeps local variables, settings, forms and cookies out of error reports, DEBUG on or off."""

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002 - Django's signature.
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:  # noqa: ARG002 - Django's signature.
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:  # noqa: ARG002
        return []

    def get_safe_settings(self) -> dict[str, Any]:
        # Backend kwargs may hold an AWS key, in a setting whose name doesn't tell.
        return {}

    def get_safe_request_meta(self, request: Any) -> dict[str, Any]:  # noqa: ARG002 - Django's signature.
        return {}

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:  # noqa: ARG002 - Django's signature.
        return {}


class PlainReporter(ExceptionReporter):
    """An exception's text may quote what it choked on, so a report tells its type alone."""

    def get_traceback_data(self) -> dict[str, Any]:
        data = super().get_traceback_data()
        for frame in data["frames"]:
            cause = frame.get("exc_cause")
            frame["exc_cause"] = type(cause).__name__ if cause else None
        if data.get("template_info"):
            data["template_info"] = {**data["template_info"], "message": ""}
        return {
            **data,
            "exception_value": "",
            "exception_notes": "",
            "request_insecure_uri": "",
            "unicode_hint": "",
        }
