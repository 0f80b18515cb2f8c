"""Every setting, read from the environment.

Nothing is decided here; checks.py says what is missing or wrong.
"""

import math
import os
from datetime import timedelta
from pathlib import Path

import django_htmx
import environ
from django.contrib import admin

from secretsadmin.config.addresses import cache, database, public_address
from secretsadmin.config.airflow_variables import SECRETS_KWARGS, variables_of
from secretsadmin.server.fingerprint import fingerprint

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def _number(name: str, default: float) -> float:
    """A setting's number; 0 for what is none, which checks.py refuses by its name."""
    try:
        number = float(env.float(name, default))
    except ValueError:
        return 0
    if not math.isfinite(number):
        return 0
    return number


DEBUG = env.bool("DEBUG", False)
# Random keys may begin with a dollar sign, which django-environ takes for the name of another
# variable.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
AUDIT_KEY = os.environ.get("AUDIT_KEY", "")
# The keys that sealed the older lines of the audit log, with commas or spaces between them.
AUDIT_KEYS_BEFORE = os.environ.get("AUDIT_KEYS_BEFORE", "").replace(",", " ").split()
# Where the lines of the audit log go beside the database.
AUDIT_STREAM = env.str("AUDIT_STREAM", "stdout")
AIRFLOW_VARIABLES = variables_of(os.environ)
AIRFLOW_BACKEND_KWARGS = AIRFLOW_VARIABLES.pop(SECRETS_KWARGS, "")
AIRFLOW_RELEASE = env.str("AIRFLOW_RELEASE", "")
SECRETSADMIN_CONFIG = env.str("SECRETSADMIN_CONFIG", "")
PUBLIC_URL = env.str("PUBLIC_URL", "")
# How long a page waits for AWS at most, retries included.
AWS_SECONDS = _number("AWS_SECONDS", 10)
# How many acts of a run over many secrets a process carries out at once, and how many of the calls
# that AWS limits together it makes in a second. AWS takes 50 from an account in a region.
BATCH_THREADS = round(_number("BATCH_THREADS", 8))
BATCH_CALLS_PER_SECOND = _number("BATCH_CALLS_PER_SECOND", 48)
# How many masked values a person may be shown, where an environment doesn't say otherwise.
REVEALS_PER_MINUTE = round(_number("REVEALS_PER_MINUTE", 20))
REVEALS_PER_HOUR = round(_number("REVEALS_PER_HOUR", 100))
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.1", "::1"])

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
# In seconds: how long a session lasts without a request, and how long it lasts at most.
SESSION_IDLE_AGE = round(_number("SESSION_IDLE_MINUTES", 12 * 60) * 60)
SESSION_COOKIE_AGE = round(_number("SESSION_HOURS", 7 * 24) * 60 * 60)
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
        # The one policy is in parsing.js. It lets text into the two parsers that htmx uses, and
        # nowhere else.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
}

INSTALLED_APPS = [
    "secretsadmin",
    "secretsadmin.audit",
    "secretsadmin.accounts",
    "connections",
    "variables",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "axes",
    "django.contrib.admin",
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
    # First, so that all of what happens, and each answer, has the request's id.
    "secretsadmin.middleware.Correlated",
    # Then these, so that their headers are also on what the next ones answer by themselves:
    # redirects, files, wrong hosts.
    "secretsadmin.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "secretsadmin.middleware.Forwarded",
    "secretsadmin.middleware.Health",
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
    "secretsadmin.accounts.from_proxy.FromProxy",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "secretsadmin.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "secretsadmin.middleware.Errors",
    "secretsadmin.accounts.confirming.Confirming",
    "secretsadmin.middleware.Lists",
]
# Each kind's app, for what concerns several kinds.
KIND_ADAPTERS = {
    "connections": "connections.adapter.ADAPTER",
    "variables": "variables.adapter.ADAPTER",
    "config": "variables.adapter.ADAPTER",
}
ROOT_URLCONF = "secretsadmin.urls"
WSGI_APPLICATION = "secretsadmin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "secretsadmin.templatetags.lucide",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "secretsadmin.pages.navigation.page",
            ],
        },
    }
]
FORM_RENDERER = "secretsadmin.forms.rendering.Renderer"

DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'secretsadmin.sqlite3'}"
    )
}
_given = DATABASES["default"].get("OPTIONS", {})
# A record that can't be written within two seconds counts as one that can't be written.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "secretsadmin.server.sqlite3"
    _limits = {
        "timeout": 1.8,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _asked = _given.pop("options", "")
    _limits = {
        "connect_timeout": 2,
        "options": f"{_asked} -c lock_timeout=1800 -c statement_timeout=1800".strip(),
    }
DATABASES["default"]["OPTIONS"] = {**_limits, **_given}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What several workers count together, such as wrong passwords from one address.
CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {"default": cache(CACHE_URL)}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "secretsadmin.accounts.passwords.CommonPassword"},
]
AUTHENTICATION_BACKENDS = [
    # First, so that it stops whoever tried too often before a password is checked.
    "secretsadmin.accounts.lockout.Gate",
    "django.contrib.auth.backends.ModelBackend",
    "secretsadmin.accounts.from_proxy.Backend",
]
# Wrong passwords: ten for a name from one address, and then none for a quarter of an hour.
AXES_HANDLER = "secretsadmin.accounts.lockout.Handler"
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_USERNAME_CALLABLE = "secretsadmin.accounts.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "secretsadmin.accounts.lockout.place_of"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# The sign-in's own answer to whoever is locked out stands.
AXES_LOCKOUT_CALLABLE = "secretsadmin.accounts.lockout.answer"

ACCOUNT_ADAPTER = "secretsadmin.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The key is a person who is asked for a second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,10/15m/key", "login": "60/m/ip"}
SOCIALACCOUNT_ADAPTER = "secretsadmin.accounts.oidc.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
MFA_ADAPTER = "secretsadmin.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Secrets Admin"
# A clock may be off by half a minute.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 12
# Chromium and others take a passkey of http on loopback alone, as PUBLIC_URL does.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure

# People of an identity provider. Without an issuer there is none.
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "single sign-on")
OIDC_SCOPES = env.str("OIDC_SCOPES", "openid profile").split()
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS = env.str("OIDC_GROUPS", "").split()
OIDC_CREATE_ACCOUNTS = env.bool("OIDC_CREATE_ACCOUNTS", False)

# A proxy that signs people in, and says who it is in a header. Without a header's name no header
# counts.
REMOTE_USER_HEADER = env.str("REMOTE_USER_HEADER", "")
REMOTE_USER_PEERS = env.list("REMOTE_USER_PEERS", default=[])
REMOTE_USER_CREATE_ACCOUNTS = env.bool("REMOTE_USER_CREATE_ACCOUNTS", False)

CSRF_FAILURE_VIEW = "secretsadmin.views.signed_out.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
MESSAGE_STORAGE = "secretsadmin.server.messages.Storage"

STATICFILES_DIRS = [BASE_DIR / "static"]
# Static files are served from where they are installed, so that starting takes one command. Their
# address changes when one of them does.
_of_packages = [Path(str(module.__file__)).parent / "static" for module in (django_htmx, admin)]
_fingerprint = fingerprint([*STATICFILES_DIRS, *_of_packages])
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
BODY_BYTES = 1024 * 1024
# A file that is imported, in bytes. It is sent with its form once more when the plan is run.
IMPORT_BYTES = round(_number("IMPORT_BYTES", 5 * 1024 * 1024))
# A plan of 500 rows is sent back with a few fields of each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = IMPORT_BYTES + BODY_BYTES
# What is uploaded may be secret, so it never touches the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DEFAULT_EXCEPTION_REPORTER_FILTER = "secretsadmin.server.log.NoValues"
DEFAULT_EXCEPTION_REPORTER = "secretsadmin.server.log.PlainReporter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "secretsadmin.server.log.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # At DEBUG these print what they send and receive.
    "loggers": {name: {"level": "INFO"} for name in ("boto3", "botocore", "urllib3", "s3transfer")}
    # At INFO it quotes headers that it can't read, which may hold a cookie.
    | {"tornado": {"level": "WARNING"}}
    # It repeats the names that people tried, which may be passwords.
    | {"axes": {"level": "CRITICAL"}}
    | {
        "django.server": {"level": "WARNING"},
        "django": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
