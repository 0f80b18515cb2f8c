"""Whether a text holds credentials, whatever its field is called: then it is masked all the same.

The patterns look at lower-case text. Each begins with letters of its own, which are quick to look
for.
"""

import re
from urllib.parse import unquote

_NAMES = (
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "credentials",
    "signature",
    "authorization",
)
_SAYS_SO = r"(?:\s*+=|[\"']\s*+:|:\s)"


def _word(begin: str, rest: str = "") -> str:
    r"""A word that begins so.

    A pattern with \b in front is slow, as it has no letters to look for.
    """
    return rf"{begin}(?<!\w{begin}){rest}"


_NAMED = [name + _SAYS_SO for name in _NAMES]
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # As a parameter, in JSON, as a header.
        *_NAMED,
        _word("sig", _SAYS_SO),
        r"authorization\s*+:",
        _word("bearer", r"\s++[\w+/=.~-]{8}"),
        _word("basic", r"\s++[\w+/=.~-]{8}"),
        # As services begin what they hand out.
        r"-----begin",
        _word("eyj", r"[\w-]{8}"),
        _word("gh", r"[opsur]_\w{16}"),
        _word("github_pat_"),
        _word("glpat-"),
        _word("xox", "[a-z]-"),
        _word("xapp-"),
        _word("sk-", r"[\w-]{16}"),
        _word("sk_", "(?:live|test)_"),
        _word("rk_", "(?:live|test)_"),
        _word("hf_", r"\w{20}"),
        _word("npm_", r"\w{20}"),
        _word("dapi", "[0-9a-f]{32}"),
        _word("aiza", r"[\w-]{30}"),
        # In the path of an address that messages are posted to.
        r"hooks\.slack(?:-gov)?\.com/\w++/\w",
        r"/webhookb2/",
        _word("webhooks/", r"\d++/[\w-]"),
        r"/bot\d++:",
        r"/hooks?+/[\w-]*\d",
        r"/webhooks?+/[\w-]*\d",
        # A file in such a folder has an ending.
        r"/(?:api-?)?(?:key|token)s?+/[\w-]{8,}+(?!\.[a-z])",
    )
)
# Parameters whose names are common words elsewhere.
_PARAMETER = re.compile(
    r"[?&;#](?:\w*auth|code|otp|pat|p|pw|pin|jwt|sas|hmac|ticket|assertion|session(?:_?id)?)=",
)
_LOGIN = re.compile(r"[^/\s:@]++:[^\s@]++@")
_BEHIND_HOST = re.compile(r"[/?#]")
# Words have separators between them, and the parts of a UUID have hyphens.
_LONG = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{24,}+")

# airflow/_shared/secrets_masker/secrets_masker.py, DEFAULT_SENSITIVE_FIELDS.
_MASKED_BY_AIRFLOW = re.compile(
    "access_key|access_token|api_key|apikey|auth_header|authorization|bearer|connection_string"
    "|dsn|keyfile_dict|passphrase|passwd|password|private_key|proxies|proxy|secret"
    "|service_account|service_key|token|webhook_url"
)


def holds_credentials(text: str) -> bool:
    """Whether a text has to be masked in a field that is plain, as https://user:password@host has.

    In doubt it does: people who may reveal see it by one more click, and nobody else needs it.
    """
    return _holds(text) or ("%" in text and _holds(unquote(text)))


def _holds(text: str) -> bool:
    lower = text.lower()
    if _LOGIN.match(text) or _PARAMETER.search(lower):
        return True
    if any(pattern.search(lower) for pattern in _PATTERNS):
        return True
    return _address_holds(text)


def _address_holds(text: str) -> bool:
    """A login before the host, or a path or a parameter of random letters and digits."""
    _, protocol, address = text.partition("://")
    if not protocol:
        return False
    if "@" in address:
        return True
    behind = _BEHIND_HOST.search(address)
    if not behind:
        return False
    runs = _LONG.findall(address, behind.start())
    return any(not run.isalpha() and not run.isdecimal() for run in runs)


def is_sensitive_extra(name: str) -> bool:
    """Whether Airflow masks a text in the extra under this name in its logs.

    For emphasis only. The list misses pwd, sas, jwt and many more: every value of an extra has to
    be masked.
    """
    return _MASKED_BY_AIRFLOW.search(re.sub(r"\W+", "_", name.strip().lower())) is not None
