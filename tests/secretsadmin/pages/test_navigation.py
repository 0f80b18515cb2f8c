"""Every page keeps the environment that somebody works in, and tells of no other."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.secretsadmin.conftest import As, Configure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
ONE_GRANT = """
[[grants]]
group = "editors"
role = "editor"
environments = ["dev"]
"""


def sidebar(response: Any) -> str:
    found = re.search(r'<header class="sidebar".*?</header>', response.content.decode(), re.DOTALL)
    assert found
    return found[0]


def current(response: Any) -> str:
    """The environment that the switcher names."""
    found = re.search(r'<span class="name">([^<]*)</span>', sidebar(response))
    assert found
    return found[1]


def links(response: Any) -> set[str]:
    """The environments that the sidebar's own links lead to, but for those of the switcher."""
    menu = sidebar(response).partition("<nav")[2]
    return set(re.findall(r'href="/(dev|prod)/', menu))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/prod/", 200),
        ("/audit/?environment=prod", 200),
        ("/audit/?environment=prod&action=nonsense", 422),
        ("/prod/connections/detail/never_was/", 404),
        ("/prod/connections/detail/../x/", 404),
        ("/prod/nonsense/at/all/", 404),
        ("/prod/connections/delete/x/", 403),
    ],
)
def test_is_of_the_environment_that_it_was_opened_in(as_role: As, path: str, status: int) -> None:
    response = as_role("editor").get(path)

    assert response.status_code == status
    assert current(response) == "Production"
    assert "is-protected" in sidebar(response)
    assert links(response) == {"prod"}
    assert 'href="/audit/?environment=prod"' in sidebar(response)


@pytest.mark.parametrize(
    "path",
    ["/prod/connections/detail/never_was/", "/prod/nonsense/", "/prod/connections/delete/x/"],
)
def test_leads_back_into_it(as_role: As, path: str) -> None:
    page = as_role("editor").get(path).content.decode()

    assert re.search(
        r'<a class="button" href="/prod/"[^>]*>Go to the overview of Production<', page
    )


def test_leads_back_to_the_list_that_it_stands_below(as_role: As) -> None:
    page = as_role("editor").get("/prod/connections/detail/never_was/").content.decode()
    other = as_role("editor").get("/prod/nonsense/").content.decode()

    lists = r'<a class="button" href="/prod/(\w+)/" aria-keyshortcuts="Escape">Go to Connections<'
    assert re.findall(lists, page) == ["connections"]
    assert "Go to Connections" not in other


@pytest.mark.parametrize("path", ["/audit/", "/nowhere/", "/audit/?environment=nowhere"])
def test_leads_into_none_where_there_is_none(as_role: As, path: str) -> None:
    response = as_role("editor").get(path)

    assert current(response) == "All environments"
    assert links(response) == {"dev", "prod"}
    assert "/dev/connections/" not in sidebar(response)


def test_tells_nothing_of_an_environment_that_somebody_may_not_view(
    configure: Configure, as_role: As
) -> None:
    configure(ONE_GRANT)
    editor = as_role("editor")

    for hidden, missing in (
        ("/prod/", "/nope/"),
        ("/prod/nonsense/", "/nope/nonsense/"),
        ("/prod/connections/detail/x/", "/nope/connections/detail/x/"),
        ("/audit/?environment=prod", "/audit/?environment=nope"),
    ):
        answers = [editor.get(path) for path in (hidden, missing)]
        told = [told_of(answer).replace("prod", "nope") for answer in answers]
        assert answers[0].status_code == answers[1].status_code
        assert told[0] == told[1]
        assert "Production" not in told[0]
        assert current(answers[0]) == "Development"


def told_of(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_needs_no_choice_where_there_is_one_environment(configure: Configure, as_role: As) -> None:
    configure(ONE_GRANT)

    response = as_role("editor").get("/audit/")

    assert current(response) == "Development"
    assert links(response) == {"dev"}


def test_of_the_record_follows_its_filter(as_role: As) -> None:
    editor = as_role("editor")

    changed = asked_by_htmx(editor, "/audit/?environment=prod", shown="/audit/?environment=dev")
    same = asked_by_htmx(
        editor, "/audit/?environment=prod&user=x", shown="/audit/?environment=prod"
    )

    assert 'id="events"' in changed
    assert "is-protected" in changed
    assert "<header" not in same


def asked_by_htmx(client: Client, path: str, *, shown: str) -> str:
    headers = {"hx-request": "true", "hx-current-url": f"http://testserver{shown}"}
    return client.get(path, headers=headers).content.decode()
