"""Scripts and styles are sent small, kept for good, and asked for again when they change."""

import contextlib
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from secretsadmin.server.fingerprint import fingerprint

pytestmark = pytest.mark.django_db
YEAR = 365 * 24 * 60 * 60
FOLDER = settings.BASE_DIR / "static"
OURS = (file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.*"))
# Django's own pages alone have it.
OF_ACCOUNTS = "css/admin.css"
FILES = (*sorted(OURS), "django_htmx/htmx-2.min.js")


@contextlib.contextmanager
def fetched(path: str, **headers: str) -> Iterator[Any]:
    with contextlib.closing(cast("Any", Client().get(path, headers=headers))) as response:
        yield response


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def named_on_a_page() -> set[str]:
    page = Client().get("/login/").content.decode()
    return set(re.findall(r'(?:src|href)="([^"#]+\.(?:css|js|svg))"', page))


def test_are_named_on_every_page_by_what_is_in_them() -> None:
    names = named_on_a_page()

    assert names == {static(name) for name in FILES if name != OF_ACCOUNTS}
    assert all(re.fullmatch(r"/static/[0-9a-f]{12}/.+", name) for name in names)


@pytest.mark.parametrize("name", FILES)
def test_are_kept_for_good(name: str) -> None:
    with fetched(static(name)) as response:
        kept = response.headers["Cache-Control"]

    assert "immutable" in kept
    assert "public" in kept
    assert int(kept.partition("max-age=")[2].partition(",")[0]) >= YEAR
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("name", FILES)
def test_are_compressed_for_whoever_takes_that(name: str) -> None:
    with fetched(static(name)) as plain, fetched(static(name), accept_encoding="br, gzip") as small:
        whole = content(plain)
        sent = content(small)

    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(sent) == whole
    assert len(sent) < len(whole)
    for response in (plain, small):
        assert response.headers["Vary"] == "Accept-Encoding"


def test_are_few_enough_for_a_slow_line() -> None:
    sizes = {"css": 0, "js": 0, "svg": 0}
    for name in named_on_a_page():
        with fetched(name, accept_encoding="gzip") as response:
            sizes[name.rpartition(".")[2]] += len(content(response))

    assert sizes["js"] < 70_000
    assert sizes["css"] < 20_000


def test_come_in_part_uncompressed() -> None:
    with fetched(static("js/main.js"), accept_encoding="gzip", range="bytes=0-9") as response:
        assert response.status_code == 206
        assert "Content-Encoding" not in response.headers
        assert len(content(response)) == 10


def test_are_not_sent_again_to_whoever_has_them() -> None:
    with fetched(static("js/main.js")) as first:
        tag = first.headers["ETag"]

    with fetched(static("js/main.js"), if_none_match=tag, accept_encoding="gzip") as again:
        assert again.status_code == 304


def test_are_nowhere_else() -> None:
    for path in (
        "/static/js/main.js",
        "/static/0123456789ab/js/main.js",
        static("nothing.js"),
        static("../settings.py"),
    ):
        response = Client().get(path)
        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "no-store"


def test_leave_pages_uncompressed() -> None:
    response = Client().get("/login/", headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in response.headers


def test_have_another_address_as_soon_as_one_of_them_changes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    names = [fingerprint([tmp_path])]
    for file, text in (("a.js", "1"), ("a.js", "2"), ("folder/b.css", "2"), ("folder/b.css", "")):
        (tmp_path / file).write_text(text)
        names.append(fingerprint([tmp_path]))
    (tmp_path / "a.js").rename(tmp_path / "c.js")
    names.append(fingerprint([tmp_path]))

    assert len(set(names)) == len(names)
    assert fingerprint([tmp_path]) == names[-1]
    assert settings.STATIC_URL.startswith("/static/")
