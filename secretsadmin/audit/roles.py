"""The rights on PostgreSQL of a role for the site that doesn't own its tables.

Who owns a table can lift its triggers. Such a role can't, and adds lines to the audit log alone.
"""

from collections.abc import Iterator

from django.db import connection

_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
_FEWER_RIGHTS = {
    "audit_event": "SELECT, INSERT",
    # The owner migrates.
    "django_migrations": "SELECT",
}


def statements(role: str, schema: str, database: str) -> Iterator[str]:
    """SQL for the owner of the tables to run. It takes away what else the role has on them."""
    name, place = _quoted(role), _quoted(schema)
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM {name};"
    yield f"REVOKE CREATE ON SCHEMA {place} FROM {name};"
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {name};"
    yield f"GRANT USAGE ON SCHEMA {place} TO {name};"
    for table, rights in sorted(_rights().items()):
        yield f"GRANT {rights} ON {place}.{_quoted(table)} TO {name};"


def _rights() -> dict[str, str]:
    tables = connection.introspection.django_table_names()
    return dict.fromkeys(tables, _RIGHTS) | _FEWER_RIGHTS


def place() -> tuple[str, str]:
    """The schema and the database in which the tables are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
    return schema, database


def owns_the_log() -> bool:
    """Whether this process could lift the triggers of the audit log, as its owner or a superuser.

    On PostgreSQL alone: on SQLite whoever can write the file can.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class "
            "WHERE oid = to_regclass('audit_event')"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
