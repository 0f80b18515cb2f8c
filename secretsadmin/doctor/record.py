"""The audit database: whether it keeps what it is told, also through a power cut."""

from collections.abc import Iterator

from django.db import DatabaseError, connection

from secretsadmin.audit import durability, roles
from secretsadmin.doctor.line import Line

WRITTEN = Line("record.written", "holds", "The audit log takes records: this check has one.")
NOT_WRITTEN = Line(
    "record.written",
    "fails",
    "The audit log takes no record, so AWS isn't asked for anything.",
    "Look at the database: it may be locked, full, read-only or gone, or manage.py migrate "
    "hasn't run.",
)


def record_lines() -> Iterator[Line]:
    try:
        yield _durability()
        if connection.vendor == "postgresql":
            yield _owner()
    except DatabaseError as error:
        sentence = f"The database doesn't answer ({type(error).__name__})."
        yield Line("record.durability", "fails", sentence, "Look at DATABASE_URL.")


def _durability() -> Line:
    check = "record.durability"
    said = durability.settings()
    if losing := durability.losing(said):
        return Line(
            check,
            "fails",
            f"A power cut can take the last records with it: {', '.join(losing)}.",
            "Leave these settings as the database and this site have them by themselves.",
        )
    listed = ", ".join(f"{name}={value}" for name, value in said.items())
    return Line(check, "holds", f"A record that was written stays through a power cut: {listed}.")


def _owner() -> Line:
    check = "record.owner"
    if not roles.owns_the_log():
        return Line(check, "holds", "The site's role can't lift the triggers of the audit log.")
    return Line(
        check,
        "caution",
        "The site's role owns the audit log or is a superuser, so it could lift the triggers.",
        "Let the site use another role: manage.py audit role prints what to run.",
    )
