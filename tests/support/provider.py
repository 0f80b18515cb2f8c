"""An identity provider: a real HTTP server on loopback, with real signatures."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT, SECRET = "secrets-admin", "the client's secret"
KEY_ID = "first"


class IdentityProvider:
    """Signs in one person, whose claims and whose token's header a test may change."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {"sub": "248289761001", "preferred_username": "ada"}
        self.changes: dict[str, Any] = {}
        self.header: dict[str, Any] = {"kid": KEY_ID}
        self.algorithm = "RS256"
        self.signing_key: Any = self.key
        self.configured_issuer = address
        self.answer: Any = None
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign_in(self, location: str) -> dict[str, str]:
        """What the person's browser brings back, once they have signed in at this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, sent: dict[str, str]) -> tuple[int, Any]:
        """The answer to a code that is sent with the right secret and PKCE verifier."""
        asked = self.codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        credentials = (sent.get("client_id"), sent.get("client_secret"))
        is_right = credentials == (CLIENT, SECRET)
        if asked is None or asked.get("code_challenge") != challenge or not is_right:
            return 400, {"error": "invalid_grant"}
        if self.answer is not None:
            return 200, self.answer
        return 200, {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": self.id_token(asked["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": self.issuer, "aud": CLIENT, "nonce": nonce, **times, **self.claims}
        claims |= self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return _encode(claims, self.signing_key, self.algorithm, self.header)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.configured_issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}


def _encode(claims: dict[str, Any], key: Any, algorithm: str, header: dict[str, Any]) -> str:
    if algorithm != "HS256":
        return jwt.encode(claims, key, algorithm, header, sort_headers=True)
    # The library refuses to sign with a public key, as everybody should.
    parts = [{"alg": algorithm, "typ": "JWT", **header}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    signed = b".".join(texts)
    seal = base64.urlsafe_b64encode(hmac.new(key, signed, "sha256").digest()).rstrip(b"=")
    return b".".join((signed, seal)).decode()


@contextmanager
def running() -> Iterator[IdentityProvider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    vars(server)["provider"] = provider
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider = vars(self.server)["provider"]
        pages = {
            "/.well-known/openid-configuration": provider.configuration,
            "/keys": provider.keys,
        }
        page = pages.get(self.path)
        self._answer(200, page()) if page else self._answer(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = {
            name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        status, answer = vars(self.server)["provider"].token(sent)
        self._answer(status, answer)

    def _answer(self, status: int, answer: Any) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
