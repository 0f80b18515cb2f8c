"""Whether it is certain what is what in a stored text: which part is the password, what is a key.

Where it isn't, a password may stand in any field, or in the name of one, so all of the text is
treated as one secret.
"""

import re
from functools import cache
from urllib.parse import unquote_plus

from connections.providers import catalogue
from connections.value.credentials import holds_credentials
from connections.value.reading import EXTRA_KEY, FIELDS, format_of

_DRIVERS_KEYS = """
    allowPublicKeyRetrieval application_name ApplicationName Auth_AccessToken Auth_Flow
    authentication authMech authSource autoReconnect characterEncoding charset client_encoding
    connect_timeout connectTimeout credentials_base64 credentials_path currentSchema database
    databaseName db dbname driver encrypt hostNameInCertificate httpPath integratedSecurity
    loginTimeout odbc_connect options password pwd replicaSet requireSSL retryWrites
    rewriteBatchedStatements search_path serverTimezone service_name sid socketTimeout ssl sslmode
    target_session_attrs timeout TNS_ADMIN transportMode Trusted_Connection
    trustServerCertificate tz uid user username useSSL useUnicode verifyServerCertificate w
"""
# What drivers call the parameters of their URLs, beside the keys that the catalogue has.
DRIVERS_KEYS = tuple(_DRIVERS_KEYS.split())

_CLEAR_URI = re.compile(r"\s*[A-Za-z][A-Za-z0-9.+-]*://(https?://)?[^/?#]*([/?#][^@]*)?")
_SECRET = re.compile(
    "key|pass|pwd|secret|token|cred|sig|bearer|authoriz|jwt|dsn|webhook|connection_string"
)


def is_clear(text: str) -> bool:
    """Whether it is certain which part of a text is the password.

    Without a scheme, or with a raw slash in its password, a URI may still be read, with the
    password as its schema or its port. A raw @ behind the host tells. The host may have a protocol
    of its own, as in http://https://host. Other words before a colon may be a login.
    """
    if format_of(text) == "json":
        return True
    return _CLEAR_URI.fullmatch(text) is not None and has_certain_keys(text)


def has_certain_keys(uri: str) -> bool:
    """Whether the keys of a URI's query are sure to be keys.

    A raw & in a secret takes it apart, and its end would be shown as the name of a key. So behind a
    parameter with the name of a secret, each key has to be known and have a value. A key without a
    value must not follow an unknown one.
    """
    query = uri.partition("?")[2].partition("#")[0]
    is_after_secret = is_after_unknown = False
    for piece in filter(None, query.split("&")):
        written, equals, value = piece.partition("=")
        key = unquote_plus(written)
        if key == EXTRA_KEY:
            # Readers take nothing else then, and JSON's keys are sure.
            return True
        name = key.casefold()
        is_known = name in _known_names() or name.startswith("extra__")
        if is_after_secret and not (is_known and equals):
            return False
        if is_after_unknown and not (is_known or equals):
            return False
        is_after_secret = is_after_secret or _may_be_secret(name, value)
        is_after_unknown = not is_known
    return True


def _may_be_secret(name: str, value: str) -> bool:
    if _SECRET.search(name):
        return True
    return holds_credentials(f"?{name}=") or holds_credentials(value)


@cache
def _known_names() -> frozenset[str]:
    names = {*DRIVERS_KEYS, *FIELDS}
    for connection_type in catalogue.types().values():
        names.update(field.name for field in connection_type.extra_fields)
    return frozenset(name.casefold() for name in names)
