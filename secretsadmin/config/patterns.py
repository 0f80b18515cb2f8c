"""Whether a pattern of a grant can fit any id that Airflow looks up.

Nobody can tell that of every regular expression. What both begin with can be compared, and tells of
most mistakes.
"""

import re
from itertools import product

from secretsadmin.config.backend import KIND_NAMES, BackendConfig
from secretsadmin.config.environments import Grant, Site

WILD = re.compile(r"[*?]")
# The plain characters at the start, of which the last one counts only if it has to be there.
BEGINNING = re.compile(r"\^?([A-Za-z0-9_/-]*)(?![*?{])")


def fits_a_lookup(site: Site, grant: Grant, pattern: str) -> bool:
    """Whether the pattern may fit an id in one of the grant's environments."""
    places = product(site.environments.values(), grant.kinds or KIND_NAMES)
    for environment, kind in places:
        if grant.covers(environment.name, kind, None) and _fits(environment.backend, kind, pattern):
            return True
    return False


def _fits(backend: BackendConfig, kind: str, pattern: str) -> bool:
    if not WILD.search(pattern):
        return backend.is_looked_up(kind, pattern)
    if not backend.is_enabled(kind):
        return False
    own = WILD.split(pattern)[0].lower()
    looked_up = plain_beginning(backend.patterns[kind] or "").lower()
    return own.startswith(looked_up) or looked_up.startswith(own)


def plain_beginning(expression: str) -> str:
    """What each text that matches begins with, as far as that is plain to see."""
    beginning = BEGINNING.match(expression)
    if "|" in expression or beginning is None:
        return ""
    return beginning[1]
