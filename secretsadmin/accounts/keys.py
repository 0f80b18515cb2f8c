"""Keys for what the accounts keep encrypted, each made of SECRET_KEY for one purpose."""

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

LENGTH = 32


def key_of(purpose: str) -> bytes:
    """A key as Fernet takes it."""
    info = f"secretsadmin.accounts.{purpose}".encode()
    derived = HKDF(SHA256(), LENGTH, salt=None, info=info).derive(settings.SECRET_KEY.encode())
    return base64.urlsafe_b64encode(derived)
