"""A pasted URL while its parts are put where Airflow's hooks look for them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Url:
    """A URL taken apart and decoded.

    A reader takes each option out that it finds a place for. Those that stay have none.
    """

    login: str = ""
    password: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    options: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    has_certain_keys: bool = True

    def take(self, *names: str) -> str:
        """Take out the options of these names, whatever their case, and return the last value."""
        value = ""
        for option in list(self.options):
            if option.casefold() in names:
                value = self.options.pop(option)
        return value

    def move(self, option: str, key: str) -> None:
        """Take an option to a key of the extra."""
        if value := self.take(option.casefold()):
            self.extra[key] = value

    def say(self, note: str) -> None:
        self.notes.append(note)
