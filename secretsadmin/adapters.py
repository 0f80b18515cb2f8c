"""Which app serves which kind of secret, for pages and commands that are about several kinds."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from secretsadmin.adapter import KindAdapter
from secretsadmin.kinds import Kind


@cache
def adapter_of(kind: Kind) -> KindAdapter:
    """The adapter of the app that serves the kind, as settings.KIND_ADAPTERS names it."""
    adapter: KindAdapter = import_string(settings.KIND_ADAPTERS[kind.name])
    return adapter
