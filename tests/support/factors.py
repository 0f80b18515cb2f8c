"""Second factors as people use them."""

import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

PASSWORD = "correct horse battery staple"


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def code_for(name: str) -> str:
    """What this person's app shows now, as if for the first time."""
    cache.clear()
    factor = Authenticator.objects.get(user__username=name, type="totp")
    return code_of(decrypt(factor.data["secret"]))


def set_up_app(client: Client, query: str = "") -> Any:
    """Go through the page that sets an app up; the answer."""
    page = client.get(f"/account/second-factor/app/{query}").content.decode()
    key = re.search(r'id="totp-key">([A-Z2-7 ]+)<', page)
    assert key
    sent = {"code": code_of(key[1].replace(" ", ""))}
    next_url = re.search(r'name="next" value="([^"]+)"', page)
    if next_url:
        sent["next"] = next_url[1]
    return client.post("/account/second-factor/app/", sent)


def recovery_codes(client: Client) -> list[str]:
    page = client.get("/account/recovery-codes/").content.decode()
    return re.findall(r"<li>(\d{12})</li>", page)


def with_password(name: str, **more: Any) -> User:
    user = User.objects.filter(username=name).first() or User(username=name, **more)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login/", {"username": name, "password": password, **more})
