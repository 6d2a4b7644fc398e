"""What fits a screen."""

from goodunits.answers import screen


def test_few_lines_are_all_shown():
    assert screen.fitting(["a", "b\x1b[2J"], "t.tsv") == "a\nb\\x1b[2J"


def test_many_lines_are_cut_and_say_where_the_others_are():
    lines = screen.fitting([f"s{i}" for i in range(300)], "results/verify.tsv").splitlines()
    assert len(lines) == screen.MAX_LINES + 1
    assert lines[-1] == f"... and {300 - screen.MAX_LINES} more line(s): results/verify.tsv"
