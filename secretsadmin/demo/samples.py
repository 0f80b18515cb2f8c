from typing import Any


def fill(client: Any, travel: Any = None) -> None: ...
