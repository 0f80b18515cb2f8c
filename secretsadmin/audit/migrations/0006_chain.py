"""Number the lines of the record without gaps, and seal each with the line before it.

The lines that are there already are sealed as they stand. For that the triggers that keep the table
append-only are off until the end.
"""

from importlib import import_module

from django.db import migrations, models

from secretsadmin.audit import chain

append_only = import_module("secretsadmin.audit.migrations.0002_append_only")

REMOVED = {
    "sqlite": (
        "DROP TRIGGER audit_event_no_update",
        "DROP TRIGGER audit_event_no_delete",
        "DROP TRIGGER audit_event_no_replace",
    ),
    "postgresql": (
        "DROP TRIGGER audit_event_no_change ON audit_event",
        "DROP TRIGGER audit_event_no_truncate ON audit_event",
        "DROP FUNCTION audit_event_append_only()",
    ),
}


def without_limit(apps, schema_editor):
    """The pages' limits of a statement's time are too short for a whole table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET LOCAL statement_timeout = 0")
        schema_editor.execute("SET LOCAL lock_timeout = 0")


def remove_triggers(apps, schema_editor):
    for statement in REMOVED[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def add_triggers(apps, schema_editor):
    append_only.add_triggers(apps, schema_editor)


def seal_lines(apps, schema_editor):
    events = apps.get_model("audit", "Event").objects.order_by("id")
    ring = chain.keys()
    mac = chain.NOTHING
    for number, event in enumerate(events.iterator(chunk_size=2_000), start=1):
        before, event.id = event.id, number
        event.begins = event.outcome == "started"
        event.key = ring.current
        mac = chain.seal(ring.by_id[ring.current], mac, chain.canonical(event))
        events.filter(id=before).update(id=number, begins=event.begins, key=event.key, mac=mac)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_format")]

    operations = [
        migrations.RunPython(without_limit, elidable=False),
        migrations.RunPython(remove_triggers, elidable=False),
        migrations.AlterField("event", "id", models.BigIntegerField(primary_key=True, serialize=False)),
        migrations.AddField("event", "begins", models.BooleanField(default=False), preserve_default=False),
        migrations.AddField("event", "correlation", models.CharField(blank=True, default="", max_length=36), preserve_default=False),
        migrations.AddField("event", "count", models.IntegerField(null=True)),
        migrations.AddField("event", "details", models.JSONField(null=True)),
        migrations.AddField("event", "key", models.CharField(default="", max_length=8), preserve_default=False),
        migrations.AddField("event", "mac", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AlterField(
            "event",
            "outcome",
            models.CharField(
                choices=[
                    ("started", "Started"),
                    ("succeeded", "Succeeded"),
                    ("failed", "Failed"),
                    ("denied", "Denied"),
                    ("conflict", "Conflict"),
                    ("unknown", "Unknown"),
                    ("observed", "Observed"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunPython(seal_lines, elidable=False),
    ]
