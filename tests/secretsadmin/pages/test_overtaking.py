"""A conflict's sides on the page: no repr of them gives a value away."""

from secretsadmin.diff.three_ways import Choice
from secretsadmin.diff.two_ways import PartChange
from secretsadmin.pages.overtaking import ShownChoice, ShownLine

VALUES = ("v-base", "v-theirs", "v-mine")


def test_no_repr_of_a_choice_holds_a_value() -> None:
    shown = ShownChoice(Choice("host", "Host", "both", False, True, *VALUES))

    assert [shown.base.text, shown.theirs.text, shown.mine.text] == list(VALUES)
    assert "v-" not in repr((shown, shown.base, shown.theirs, shown.mine))


def test_no_repr_of_a_line_holds_a_value() -> None:
    line = ShownLine.of(PartChange("host", "Host", "changed", False, "v-theirs", "v-mine"))

    assert (line.theirs, line.mine) == ("v-theirs", "v-mine")
    assert "v-" not in repr(line)
