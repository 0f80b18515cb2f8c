"""Tags as people write them into a box: one a line."""

from secretsadmin.store.tags import MOST_TAGS, InvalidTag, check_key, check_value


def tags_in(text: str) -> dict[str, str]:
    """The tags of lines such as `owner=dwh`. Raises InvalidTag, naming the line.

    The first equals sign parts the key from the value, so no key here has one.
    """
    tags: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, separator, value = (part.strip() for part in line.partition("="))
        if not separator:
            raise InvalidTag(f"Line {number}: there is no = between a key and a value.")
        if key in tags:
            raise InvalidTag(f"Line {number}: this key is there already.")
        _check(number, key, value)
        tags[key] = value
    _check_number(len(tags))
    return tags


def keys_in(text: str) -> tuple[str, ...]:
    """The keys of tags, one a line. Raises InvalidTag, naming the line."""
    keys: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        key = line.strip()
        if key:
            _check(number, key, "")
            keys[key] = None
    _check_number(len(keys))
    return tuple(keys)


def _check(number: int, key: str, value: str) -> None:
    try:
        check_key(key)
        check_value(value)
    except InvalidTag as error:
        raise InvalidTag(f"Line {number}: {error}") from None


def _check_number(number: int) -> None:
    if number > MOST_TAGS:
        raise InvalidTag(f"AWS keeps at most {MOST_TAGS} tags of a secret.")
