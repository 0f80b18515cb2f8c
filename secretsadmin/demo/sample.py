from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """A secret of the demo. Without a type and an owner it was made outside the dashboard."""

    id: str
    value: str | bytes = field(repr=False)
    description: str = ""
    conn_type: str = ""
    owner: str = "data-platform"
    earlier: tuple[str, ...] = field(default=(), repr=False)
    rolled_back: str = field(default="", repr=False)
    scheduled_days_ago: int | None = None
