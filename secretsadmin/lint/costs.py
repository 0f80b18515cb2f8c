"""What secrets cost: $0.40 a secret and month, and $0.05 for 10,000 calls."""

from decimal import Decimal

A_MONTH = Decimal("0.40")


def sentence_of(in_use: int) -> str:
    """What so many secrets cost. Those that wait for their deletion cost nothing."""
    return (
        f"AWS charges about ${in_use * A_MONTH:,.2f} a month for {_counted(in_use)}, and $0.05 "
        "for each 10,000 calls of Airflow’s and of this dashboard’s."
    )


def _counted(in_use: int) -> str:
    if in_use == 1:
        return "1 secret in use"
    return f"{in_use:,} secrets in use"
