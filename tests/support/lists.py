"""A list's page, as a browser keeps it up to date."""

import re
from typing import Any

from django.test import Client

NOTHING_NEW = 204


def ids(response: Any) -> list[str]:
    return [row.id for row in response.context["page"].rows]


def polled(client: Client, response: Any) -> Any:
    """What the page is given when it asks by itself whether there is something newer."""
    page = response.content.decode()
    path = re.search(r'data-polls hx-get="([^"]*)"', page)
    shown = re.search(r"""hx-headers='\{"Shown": "([^"]*)"\}'""", page)
    assert path, "the page asks nothing"
    assert shown, "the page doesn't say what it shows"
    return client.get(
        path[1].replace("&amp;", "&"), headers={"HX-Request": "true", "Shown": shown[1]}
    )


def asks_again(response: Any) -> bool:
    return ", every " in response.content.decode()


def settled(client: Client, response: Any) -> Any:
    """The page when it has stopped asking."""
    page = response
    while asks_again(page):
        answer = polled(client, page)
        page = page if answer.status_code == NOTHING_NEW else answer
    return page
