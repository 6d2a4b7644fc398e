"""The numbers of the report as text in a page: columns over all units, and a block per session."""

import base64
import json
import zlib

import numpy as np

from goodunits.report import report_data

# Above so many units of the dataset pictures and numbers are coarser: a page has to open.
COARSE_UNITS = 80_000
COARSER = (("acg", 2), ("rate", 3))  # how many bins become one
MAX_SHORT_CODE = 255
HALF_STEP = np.uint32(2**5)  # of the numbers that are left of those of 32 bits: 5 digits
LEVEL = 4  # higher ones cost far more time than they save space
CARRIED = ("ccg", "acg", "rate", "amplitude", "template", "positions_um", "channels")
SCALES = ("ccg_max_hz", "acg_max_hz", "rate_max_hz", "amplitude_max", "template_max")


def packed(data):
    """Bytes as the text of a gzip stream: browsers unpack that by themselves."""
    squeezer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return base64.b64encode(squeezer.compress(data) + squeezer.flush()).decode("ascii")


def shuffled(values):
    """Bytes of an array, the first byte of every number first: they compress far better so."""
    values = np.ascontiguousarray(values)
    return values.view(np.uint8).reshape(-1, values.itemsize).T.tobytes()


def number_column(name, parts, thresholds, n_units):
    """One metric of all units.

    Parameters
    ----------
    name : str
        Of the metric.
    parts : list of SessionPart
        All sessions.
    thresholds : iterable of float
        Numbers that criteria compare it with. A value keeps its side of each, however coarse it
        is: where it would not, it is moved to the number next to the threshold.
    n_units : int
        Units of the whole dataset, which decide how exact the values are.

    Returns
    -------
    values : float array (n_units,)
        NaN where undefined. Of 64 bits as computed up to EXACT_UNITS units; of 32 bits above, with
        five digits above COARSE_UNITS.
    """
    columns = [part.metrics.get(name, np.full(len(part.units), np.nan)) for part in parts]
    values = np.concatenate([np.zeros(0), *columns])
    if n_units <= report_data.EXACT_UNITS:
        return values
    short = values.astype(np.float32)
    is_whole = (values == np.rint(values)) | np.isnan(values)
    if n_units > COARSE_UNITS and not is_whole.all():
        # A quarter less to carry: bits that are 0 compress to nothing.
        short = ((short.view(np.uint32) + HALF_STEP) & ~np.uint32(2 * HALF_STEP - 1)).view("<f4")
    for threshold in thresholds:
        limit = np.float32(threshold)
        short[values == threshold] = limit
        short[(values < threshold) & (short >= limit)] = np.nextafter(limit, np.float32(-np.inf))
        short[(values > threshold) & (short <= limit)] = np.nextafter(limit, np.float32(np.inf))
    return short


def word_column(cells):
    """Words of all units as codes; the number of words is none.

    Parameters
    ----------
    cells : iterable of str
        Words; "" is none.

    Returns
    -------
    words : list of str
    codes : uint8 array (n_units,), uint16 where there are more than 255 words
    """
    words = dict.fromkeys(cell for cell in cells if cell)
    codes = {word: place for place, word in enumerate(words)}
    found = np.array([codes.get(cell, len(words)) for cell in cells], dtype="<u2")
    return list(words), found if len(words) > MAX_SHORT_CODE else found.astype(np.uint8)


def thresholds_of(rules):
    """Numbers that each metric is compared with in some plain rules.

    Parameters
    ----------
    rules : iterable of dict
        As `report_data.plain_rules` gives them.

    Returns
    -------
    thresholds : dict of str to list of float
        By metric; with both signs where its absolute value is compared.
    """
    found = {}
    for block in rules:
        for _, node in block["classes"]:
            _add_thresholds(node, found)
    return found


def _add_thresholds(node, found):
    for part in [*node.get("all", ()), *node.get("any", ())]:
        _add_thresholds(part, found)
    if isinstance(node.get("target"), float):
        signs = (1, -1) if node["absolute"] else (1,)
        found.setdefault(node["metric"], []).extend(sign * node["target"] for sign in signs)


def session_block(part, n_units):
    """Everything of a session's units that is looked at one session at a time.

    Parameters
    ----------
    part : SessionPart
        The session.
    n_units : int
        Units of the whole dataset, which decide how fine the pictures are.

    Returns
    -------
    text : str
        Packed: length of a JSON header (4 bytes), the header, the arrays that it describes.
    """
    arrays = _pictures(part.pictures, n_units)
    arrays |= {f"steps-{sha}": steps for sha, steps in part.steps.items()}
    header = {
        "reasons": [unit["reason"] for unit in part.units],
        "undefined": part.undefined,
        "pairs": part.pairs,
        "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
        "scales": {
            name: [float(f"{value:.4g}") for value in part.pictures[name]]
            for name in SCALES
            if name in part.pictures
        },
    }
    for name in ("duration_s", "sampling_frequency_hz", "acg_bin_ms"):
        if name in part.pictures:
            header[name] = float(part.pictures[name])
    if "acg" in arrays and "acg_bin_ms" in header:
        header["acg_bin_ms"] *= part.pictures["acg"].shape[1] / arrays["acg"].shape[1]
    head = json.dumps(header).encode()
    data = b"".join(array.tobytes() for array in arrays.values())
    return packed(len(head).to_bytes(4, "little") + head + data)


def _coarser(shares, by):
    """Mean of every few bins; what is above 0 stays so."""
    parts = shares.reshape(len(shares), shares.shape[1] // by, by).astype(float)
    return np.ceil(parts.mean(axis=2)).astype(np.uint8)


def _pictures(pictures, n_units):
    """Arrays of a session as the page carries them: coarser in two steps, of many units."""
    is_exact, is_coarse = n_units <= report_data.EXACT_UNITS, n_units > COARSE_UNITS
    arrays = {name: pictures[name] for name in CARRIED if name in pictures}
    if "template" in arrays:
        every = 1 if is_exact else 3 if is_coarse else 2
        shown = slice(0, 1) if is_coarse else slice(None)
        arrays["template"] = arrays["template"][:, shown, ::every]
        arrays["positions_um"] = np.rint(arrays["positions_um"][:, shown]).astype("<i2")
        arrays["channels"] = arrays["channels"][:, shown].astype("<i2")
    if is_coarse:
        arrays |= {name: _coarser(arrays[name], by) for name, by in COARSER if name in arrays}
        arrays.pop("ccg", None)
        arrays.pop("amplitude", None)
    elif not is_exact and "amplitude" in arrays:
        arrays["amplitude"] = arrays["amplitude"][:, 1:2]  # the median
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}
