"""The store's fixtures, for what AWS sees of it."""

from tests.secretsadmin.store.conftest import emulator, module_proxy, outside, proxy, ref, version

__all__ = ["emulator", "module_proxy", "outside", "proxy", "ref", "version"]
