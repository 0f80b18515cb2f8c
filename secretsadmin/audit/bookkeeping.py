"""What is kept beside the record and, unlike the record, written over. None of it holds a value."""

from django.db import models


class Lease(models.Model):
    """A task that one process does for all of them, and until when it has the task."""

    name = models.CharField(max_length=32, primary_key=True)
    holder = models.CharField(max_length=36)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%H:%M:%S}"


class Bookmark(models.Model):
    """How far something has gone through the record: the last line's number and seal, and when."""

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    # What went wrong at the line after it; empty where nothing did.
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"


class SignInFailures(models.Model):
    """The failed sign-ins of one minute, until one line of the record tells of all of them.

    `names` are those of users that exist: somebody may type a password in place of a name. `peers`
    are the proxies that said the addresses.
    """

    minute = models.DateTimeField(primary_key=True)
    count = models.IntegerField(default=0)
    names = models.JSONField(default=list)
    addresses = models.JSONField(default=list)
    peers = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.count} at {self.minute:%H:%M}"


class Sighting(models.Model):
    """A secret as it was seen last in AWS's own list: metadata alone.

    `labels` are its staging labels with their versions.
    """

    environment = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    secret = models.CharField(max_length=512)
    labels = models.JSONField(default=dict)
    is_scheduled = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["environment", "kind", "secret"], name="sighting_once"),
        )

    def __str__(self) -> str:
        return f"{self.secret} at {self.at:%H:%M}"
