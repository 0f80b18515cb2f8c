"""What a session in a role is called: AWS's own log, CloudTrail, shows it beside every call."""

import re
from hashlib import sha256

# What the dashboard does by itself, and every name begins with.
OWN = "secretsadmin"
MAX_NAME = 64

# STS takes these characters alone, and no others of other alphabets.
_UNFIT = re.compile(r"[^A-Za-z0-9_+=,.@-]")


def session_name(user: str) -> str:
    """The name of a person's session; the dashboard's own where there is no person.

    A name that STS wouldn't take as it is ends in a digest, so that no two people share one.
    """
    if not user:
        return OWN
    fit = _UNFIT.sub("-", user)
    name = f"{OWN}-{fit}"
    if fit == user and len(name) <= MAX_NAME:
        return name
    digest = sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: MAX_NAME - len(digest) - 1]}-{digest}"
