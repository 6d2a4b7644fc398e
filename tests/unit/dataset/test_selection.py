"""Ids that look like numbers are found as people type them."""

import pytest

from goodunits.base.errors import ConfigError
from goodunits.dataset.selection import as_text

IDS = ["20240101", "010", "9", "2024-01-01", "1e3", "mouse1"]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (20240101, "20240101"),
        # The command line reads 010 as ten, a YAML file as eight.
        (10, "010"),
        (8, "010"),
        (1000.0, "1e3"),
        ("mouse*", "mouse*"),
        ("010", "010"),
    ],
)
def test_a_number_is_the_id_that_was_typed(value, meant):
    assert as_text([value], IDS) == [meant]


def test_a_number_of_no_session_is_said():
    with pytest.raises(ConfigError, match="no session matches 77"):
        as_text([77], IDS)


def test_a_number_of_two_sessions_is_not_guessed():
    with pytest.raises(ConfigError, match="010 or 10; write it in a list and in quotes"):
        as_text([10], ["10", "010"])
