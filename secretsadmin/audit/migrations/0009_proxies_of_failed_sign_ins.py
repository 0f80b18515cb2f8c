from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_bookkeeping")]

    operations = [
        migrations.AddField(
            model_name="signinfailures",
            name="peers",
            field=models.JSONField(default=list),
        ),
    ]
