"""A small session of our own making."""

import numpy as np
import pytest
from small_sorts import PARAMS


@pytest.fixture
def folder(tmp_path):
    """Function that makes a small session of three spikes; each file may be replaced."""

    def make(
        times=(0, 15_000, 60_000), clusters=(4, 2, 4), templates=None, params=PARAMS, ops=None
    ):
        path = tmp_path / "session"
        path.mkdir()
        arrays = {"times": times, "clusters": clusters, "templates": templates}
        for name, values in arrays.items():
            if values is not None:
                np.save(path / f"spike_{name}.npy", np.asarray(values))
        if params is not None:
            (path / "params.py").write_text(params)
        if ops is not None:
            np.save(path / "ops.npy", ops)
        return path

    return make
