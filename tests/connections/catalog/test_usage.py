"""The code that uses a connection ... (each test finishes the sentence)."""

import json
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, StrictUndefined

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import ConnectionType
from connections.value.reading import FIELDS
from tests.connections.catalog.types import of_every_type
from tests.support.generated import filled


class Accessor:
    """Airflow's own: an entry is an attribute, unless a method has its name."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.var = None
        self._entries = entries

    def __getattr__(self, name: str) -> Any:
        return self._entries[name]

    def get(self, name: str) -> Any:
        return self._entries[name]


def test_shows_the_operator_and_the_hook_of_a_database() -> None:
    operator, hook, _ = search.usage("postgres", "warehouse_db")

    assert (
        'SQLExecuteQueryOperator(task_id="postgres_task", conn_id="warehouse_db", sql="SELECT 1")'
        in operator.code
    )
    assert hook.code == (
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n"
        'hook = PostgresHook(postgres_conn_id="warehouse_db")'
    )


def test_shows_the_base_hook_where_nothing_better_is_sure() -> None:
    task, _ = search.usage("acme", "acme_prod")

    assert task.code == (
        'from airflow.sdk import BaseHook\n\nconnection = BaseHook.get_connection("acme_prod")'
    )


@of_every_type
def test_shows_code_that_is_python_whatever_the_id(one: ConnectionType) -> None:
    for conn_id in ("prod/db-1", '"); import os; ("', "a\\b\n"):
        for use in search.usage(one.conn_type, conn_id):
            assert json.dumps(conn_id) in use.code
            if use.title != "In a template":
                compile(use.code, "usage", "exec")


@of_every_type
def test_shows_a_template_that_renders_what_its_type_has(one: ConnectionType) -> None:
    connection = filled(one).connection
    stored = SimpleNamespace(
        **{name: getattr(connection, name) for name in FIELDS}, extra_dejson=connection.extra
    )
    for conn_id in ("prod/db-1", "orders", "get", "var", "_x", '"a"'):
        templates = [
            use.code for use in search.usage(one.conn_type, conn_id) if use.title == "In a template"
        ]
        rendered = [
            Environment(undefined=StrictUndefined, autoescape=True).from_string(code)
            for code in templates
        ]
        for template in rendered:
            assert template.render(conn=Accessor({conn_id: stored})) not in ("", "None")


def test_shows_a_template_for_every_type_that_has_more_than_secrets() -> None:
    without = {
        one.conn_type
        for one in catalogue.types().values()
        if "{{" not in search.usage(one.conn_type, "x")[-1].code
    }

    assert without == {"apprise", "pagerduty", "pagerduty_events"}
