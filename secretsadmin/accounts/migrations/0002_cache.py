"""The table of the cache that all workers share, where no other cache is configured."""

from django.core.management import call_command
from django.db import migrations

from secretsadmin.config.addresses import CACHE_TABLE


def make_table(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("createcachetable", CACHE_TABLE, database=alias, verbosity=0)


def remove_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(CACHE_TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_groups")]
    operations = [migrations.RunPython(make_table, remove_table)]
