"""What another site makes a browser ask for is refused, but for opening a page by a link."""

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.wire import counting

ELSEWHERE = ("cross-site", "same-site")
LIST, REFRESH, REVEAL = "/dev/variables/", "/dev/variables/refresh/", "/dev/variables/reveal/x/"
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
FRAME = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
PICTURE = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
SCRIPT = {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}


@pytest.fixture
def client(two_environments: Emulator, as_role: As) -> Client:
    return as_role("admin")


@pytest.mark.parametrize("site", ELSEWHERE)
@pytest.mark.parametrize("how", [LINK, FRAME, PICTURE, SCRIPT])
@pytest.mark.parametrize("path", [REFRESH, REVEAL, "/login/", "/logout/"])
def test_changes_and_discloses_nothing(
    client: Client, two_environments: Emulator, site: str, how: dict[str, str], path: str
) -> None:
    with counting(two_environments) as calls:
        response = client.post(path, headers={"sec-fetch-site": site, **how})

    assert response.status_code == 403
    assert b"Another site asked for this" in response.content
    assert not response.cookies
    assert not calls
    assert not Event.objects.exists()
    assert client.get("/dev/").status_code == 200


@pytest.mark.parametrize("site", ELSEWHERE)
@pytest.mark.parametrize("how", [FRAME, PICTURE, SCRIPT])
@pytest.mark.parametrize("path", [LIST, "/login/", "/audit/", "/nowhere/"])
def test_reads_nothing(client: Client, site: str, how: dict[str, str], path: str) -> None:
    assert client.get(path, headers={"sec-fetch-site": site, **how}).status_code == 403


@pytest.mark.parametrize("site", ELSEWHERE)
def test_may_lead_to_a_page(client: Client, site: str) -> None:
    assert client.get(LIST, headers={"sec-fetch-site": site, **LINK}).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none"])
@pytest.mark.parametrize("how", [LINK, SCRIPT])
def test_is_not_what_our_own_pages_and_people_do(
    client: Client, site: str, how: dict[str, str]
) -> None:
    headers = {"sec-fetch-site": site, **how}

    assert client.get(LIST, headers=headers).status_code == 200
    assert client.post(REFRESH, headers=headers).status_code == 302


def test_is_guarded_by_the_token_where_the_browser_says_nothing(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    assert strict.get(LIST).status_code == 200
    assert strict.post(REFRESH).status_code == 403
