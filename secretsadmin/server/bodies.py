"""How long the body of a request may be.

An import brings a whole file, and what is done to many secrets their versions.
"""

import re

from django.conf import settings

_LONG = re.compile(r"/[A-Za-z0-9_-]{1,64}/(?:import|(?:connections|variables|config)/bulk)/")


def most_bytes(path: str) -> int:
    """For a request to this path, which may end in a query."""
    if _LONG.fullmatch(path.partition("?")[0]):
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return int(settings.BODY_BYTES)
