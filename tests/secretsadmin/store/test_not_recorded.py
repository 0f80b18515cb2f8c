"""An act that can't be recorded ... (each test finishes the sentence)."""

import sqlite3
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.ref import Ref
from tests.secretsadmin.store.acts import (
    CREATE,
    DELETE,
    PUT,
    RESTORE,
    REVEAL,
    Step,
    create,
    ended,
    prepared,
    ref_to,
    step_name,
)
from tests.support.broken import statements
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

steps = pytest.mark.parametrize("step", [CREATE, PUT, DELETE, RESTORE, REVEAL], ids=step_name)


def refused(step: Step, ref: Ref, version: str, proxy: FaultProxy) -> None:
    with statements() as sent, pytest.raises(NotRecorded):
        step.act(ref, version)
    # How long the database waits for a lock, its settings say; that there is one attempt makes it
    # no longer.
    words = Counter(sql.split()[0] for sql in sent)
    assert sent
    assert max(words["BEGIN"], words["INSERT"]) <= 1
    assert not proxy.calls


@steps
def test_never_reaches_aws_without_a_table(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step
) -> None:
    version = prepared(outside, ref, step)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE audit_event")

    refused(step, ref, version, proxy)


@steps
@pytest.mark.usefixtures("own_database")
def test_never_reaches_aws_while_the_database_is_read_only(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step
) -> None:
    version = prepared(outside, ref, step)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")

    refused(step, ref, version, proxy)


@steps
@pytest.mark.usefixtures("own_database")
def test_never_reaches_aws_while_the_disk_is_full(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step
) -> None:
    version = prepared(outside, ref, step)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    with suppress(NotRecorded):
        while True:
            # What is left of the last page fills up.
            create(ref_to(uuid4().hex))
    proxy.clear()

    refused(step, ref, version, proxy)


def test_never_reaches_aws_while_the_database_is_locked(
    proxy: FaultProxy, own_database: sqlite3.Connection, ref: Ref
) -> None:
    own_database.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")

    refused(CREATE, ref, "", proxy)

    own_database.execute("ROLLBACK")
    CREATE.act(ref, "")
    ended(ref, "create", "succeeded")
