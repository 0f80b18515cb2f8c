"""The product's own settings, with what a test run needs in place of an environment."""

import os

os.environ.setdefault("SECRET_KEY", "tests-alone-" + "0123456789" * 4)
os.environ.setdefault("AUDIT_KEY", "tests-audit-" + "9876543210" * 4)
os.environ.setdefault("PUBLIC_URL", "http://127.0.0.1:8000")
# A browser that has been driven leaves an event loop behind, beside which Django's ORM wouldn't
# run.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "tests")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "tests")

from secretsadmin.settings import *  # noqa: F403 - the environment comes first.
from secretsadmin.settings import ALLOWED_HOSTS, DATABASES

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
# A busy machine takes its time; the tests of what hangs set a limit of their own.
AWS_SECONDS = 60
# Tests of what is revealed reveal a lot; those of the budget set their own.
REVEALS_PER_MINUTE = REVEALS_PER_HOUR = 1_000_000
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Several processes of a test run give their databases names of their own, but for those in memory.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
