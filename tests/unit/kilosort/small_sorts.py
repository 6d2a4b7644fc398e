"""A small session of our own making, and what one that cannot be read must say."""

import pytest

from goodunits.base.errors import SessionError
from goodunits.kilosort.sort_files import read_sort

PARAMS = "sample_rate = 30000.0\ndat_path = ['/data/rec.bin']\n"


def fails(folder, *parts):
    """Load a session that must fail; the one line must hold all the parts."""
    with pytest.raises(SessionError) as caught:
        read_sort(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder) in message
    message = message.replace(str(folder), "")  # its name holds the name of the test
    for part in parts:
        assert part in message
