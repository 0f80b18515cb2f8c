"""Indexes for what the audit page asks, and the triggers again that the migration before took off."""

from importlib import import_module

from django.db import migrations, models

chain = import_module("secretsadmin.audit.migrations.0006_chain")


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_chain")]

    operations = [
        migrations.RunPython(chain.add_triggers, elidable=False),
        migrations.RunPython(chain.without_limit, elidable=False),
        migrations.AddIndex("event", models.Index(condition=models.Q(("begins", True)), fields=["-id"], name="event_begins")),
        migrations.AddIndex("event", models.Index(fields=["user", "-id"], name="event_user")),
        migrations.AddIndex("event", models.Index(fields=["secret", "-id"], name="event_secret_anywhere")),
        migrations.AddIndex("event", models.Index(fields=["correlation"], name="event_correlation")),
        migrations.AddIndex("event", models.Index(fields=["at"], name="event_when")),
    ]
