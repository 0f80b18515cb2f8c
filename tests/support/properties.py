"""Property tests draw the same cases on each run, and first of all those that failed before."""

import os
from collections.abc import Iterable

import hypothesis
import pytest

SEED = int(os.environ.get("HYPOTHESIS_SEED", "0"))

# A slow machine fails no property. Where the variable CI is set, Hypothesis loads a profile that
# forgets what failed, so this one builds on the profile of all other places.
hypothesis.settings.register_profile(
    "suite",
    parent=hypothesis.settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
# The settings of a property build on the profile that is loaded when its module is imported.
hypothesis.settings.load_profile("suite")


def draw_alike(items: Iterable[pytest.Item]) -> None:
    """Give each property the seed, and leave it the folder in which failed cases are kept.

    `--hypothesis-seed`, `@hypothesis.seed` and `derandomize` give a seed too, and all three forget
    what failed.
    """
    for item in items:
        function = getattr(item, "function", None)
        if getattr(function, "is_hypothesis_test", False):
            function._hypothesis_internal_use_seed = SEED  # type: ignore[union-attr]  # noqa: SLF001 - see above.
