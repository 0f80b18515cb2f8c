"""The form of a plan, sent as a browser sends it."""

import html
import re
from typing import Any

from django.test import Client

from secretsadmin.transfer import running


def form_in(page: str, form_id: str) -> dict[str, list[str]]:
    """What the form of this id would send without a button."""
    form = page.partition(f'id="{form_id}"')[2].partition("</form>")[0]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        can_be_off = 'type="checkbox"' in tag or 'type="radio"' in tag
        is_off = can_be_off and "checked" not in tag
        if name and value and not is_off:
            sent.setdefault(name[1], []).append(html.unescape(value[1]))
    text = re.search(r'<textarea hidden name="text"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    return sent | ({"text": [html.unescape(text[1])]} if text else {})


def run(client: Client, url: str, plan: Any, **fields: Any) -> Any:
    """Run what a page plans, and wait until all of it is done."""
    sent = form_in(plan.content.decode(), "plan")
    response = client.post(url, {**sent, "run": "1", **fields})
    running.wait(60)
    return response
