"""How AWS hands out a long list: page by page, each with a token for the next."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError


def page(
    rows: list[Any], params: Mapping[str, Any], size: int, is_wanted: Callable[[Any], bool]
) -> dict[str, Any]:
    """The wanted `rows` from the request's token on, with the NextToken if there are more.

    A page has `size` rows at most, unless the request names another number. As with AWS, the last
    page may be empty.
    """
    token = params.get("NextToken", "0")
    if not token.isdecimal() or int(token) > len(rows):
        raise JsonRESTError("InvalidNextTokenException", "Invalid pagination token.")
    size = params.get("MaxResults", size)
    position = int(token)
    wanted: list[Any] = []
    while position < len(rows) and len(wanted) < size:
        if is_wanted(rows[position]):
            wanted.append(rows[position])
        position += 1
    if position < len(rows):
        return {"rows": wanted, "NextToken": str(position)}
    return {"rows": wanted}
