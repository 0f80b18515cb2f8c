"""Every setting, read from the environment. Nothing is decided here; checks.py says what is missing or wrong."""

import math
import os
from pathlib import Path

import django_htmx
import environ

from secretsadmin.addresses import database, public_address
from secretsadmin.airflow_variables import SECRETS_KWARGS, variables_of
from secretsadmin.fingerprint import fingerprint

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def _number(name: str, default: float) -> float:
    """What is no number is no time either, as checks.py says by its name."""
    try:
        number = float(env.float(name, default))
    except ValueError:
        return 0
    return number if math.isfinite(number) else 0


DEBUG = env.bool("DEBUG", False)
# Random keys may begin with a dollar sign, which django-environ takes for the name of another variable.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
AUDIT_KEY = os.environ.get("AUDIT_KEY", "")
AIRFLOW_VARIABLES = variables_of(os.environ)
AIRFLOW_BACKEND_KWARGS = AIRFLOW_VARIABLES.pop(SECRETS_KWARGS, "")
AIRFLOW_RELEASE = env.str("AIRFLOW_RELEASE", "")
SECRETSADMIN_CONFIG = env.str("SECRETSADMIN_CONFIG", "")
PUBLIC_URL = env.str("PUBLIC_URL", "")
# How long a page waits for AWS at most, retries included.
AWS_SECONDS = _number("AWS_SECONDS", 10)
FORWARDED_ALLOW_IPS = env.list("FORWARDED_ALLOW_IPS", default=["127.0.0.1", "::1"])

# Everything about addresses and cookies follows from where people reach the site.
_public = public_address(PUBLIC_URL)
_secure = _public is None or _public.scheme != "http"
ALLOWED_HOSTS = list(_public.hosts) if _public else []
CSRF_TRUSTED_ORIGINS = [_public.origin] if _public else []
SESSION_ENGINE = "secretsadmin.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "__Host-sessionid" if _secure else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _secure else "csrftoken"
LISTS_COOKIE_NAME = "__Host-lists" if _secure else "lists"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A session ends when it wasn't used for so long, and at last that long after it began.
SESSION_IDLE_AGE = round(_number("SESSION_IDLE_MINUTES", 60) * 60)
SESSION_COOKIE_AGE = round(_number("SESSION_HOURS", 12) * 60 * 60)
SECURE_SSL_REDIRECT = _secure
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # app.js has the one policy: it lets text into the parsers that htmx uses, and nowhere else.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}

INSTALLED_APPS = [
    "secretsadmin",
    "secretsadmin.audit",
    "secretsadmin.accounts",
    "secretsadmin.demo",
    "connections",
    "variables",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "template_partials",
]
MIDDLEWARE = [
    # First, so that their headers are also on what the next ones answer by themselves: redirects, files, wrong hosts.
    "secretsadmin.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "secretsadmin.middleware.Health",
    "secretsadmin.middleware.Forwarded",
    "django.middleware.security.SecurityMiddleware",
    "secretsadmin.middleware.CompressedFiles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "secretsadmin.middleware.SessionAge",
    "django.middleware.common.CommonMiddleware",
    "secretsadmin.middleware.Fetched",
    "secretsadmin.middleware.Encoded",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "secretsadmin.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "secretsadmin.middleware.Errors",
    "secretsadmin.middleware.Lists",
]
ROOT_URLCONF = "secretsadmin.urls"
WSGI_APPLICATION = "secretsadmin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["secretsadmin.templatetags.lucide", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "secretsadmin.context.page",
            ],
        },
    }
]
FORM_RENDERER = "secretsadmin.rendering.Renderer"

DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'secretsadmin.sqlite3'}")}
_given = DATABASES["default"].get("OPTIONS", {})
# A record that can't be written within two seconds counts as one that can't be written.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "secretsadmin.sqlite3"
    _limits = {
        "timeout": 2,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _asked = _given.pop("options", "")
    _limits = {"connect_timeout": 2, "options": f"{_asked} -c lock_timeout=2000 -c statement_timeout=2000".strip()}
DATABASES["default"]["OPTIONS"] = {**_limits, **_given}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CSRF_FAILURE_VIEW = "secretsadmin.views.signed_out.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
MESSAGE_STORAGE = "secretsadmin.messages.Storage"

STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from where they are installed, so that starting takes one command, under an address of this very state of them.
_fingerprint = fingerprint([*STATICFILES_DIRS, Path(django_htmx.__file__).parent / "static"])
STATIC_URL = f"static/{_fingerprint}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 - a setting of WhiteNoise's.
    del path, url
    return not DEBUG


USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

# A form holds a value of 65,536 bytes at most; percent-encoded it is three times as long.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# What is uploaded may be secret, so it never touches the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DEFAULT_EXCEPTION_REPORTER_FILTER = "secretsadmin.log.NoValues"
DEFAULT_EXCEPTION_REPORTER = "secretsadmin.log.PlainReporter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "secretsadmin.log.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # At DEBUG these print what they send and receive.
    "loggers": {name: {"level": "INFO"} for name in ("boto3", "botocore", "urllib3", "s3transfer")}
    # At INFO it quotes headers that it can't read, which may hold a cookie.
    | {"tornado": {"level": "WARNING"}}
    | {"django.server": {"level": "WARNING"}, "django": {"handlers": [], "level": "INFO", "propagate": True}},
}
