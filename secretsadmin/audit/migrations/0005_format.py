"""A storage spelling is a format. The column keeps its name: the table, and its triggers, stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_refusals")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("event", "form", "format"),
                migrations.AlterField(
                    "event", "format", models.CharField(db_column="form", max_length=16, null=True)
                ),
            ],
        ),
    ]
