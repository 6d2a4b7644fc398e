"""Identity of a sort: a hash of the values in the arrays that Kilosort writes and Phy never does.

Values and not bytes, so that arrays saved again in another type, shape (n, 1) or byte order stay
the same sort. Standard library only, but for arrays in a type that Kilosort 4 does not write.
"""

import hashlib
import math
from pathlib import Path

from goodunits.base import files, npy_header
from goodunits.base.errors import SessionError

TIMES, TEMPLATES = "spike_times.npy", "spike_templates.npy"
SORT_FILES = (TIMES, TEMPLATES)
# How the values are hashed, whatever type they are stored in: those that Kilosort 4 writes.
CANONICAL = {TIMES: "<i8", TEMPLATES: "<i4"}
CHUNK_BYTES = 1 << 20


def check_folder(folder):
    """Say in one line what is wrong with a session folder."""
    path = Path(folder)
    if not path.is_dir():
        raise SessionError(f"{folder}: no such folder; check the path and that the disk is there")
    if not (path / TIMES).exists():
        raise SessionError(f"{folder}: no {TIMES}; expected a Kilosort results folder")


def value_hashes(folder):
    """Hash of the values of each array that makes up a sort.

    Parameters
    ----------
    folder : path-like
        Kilosort folder.

    Returns
    -------
    hashes : dict of str to str
        By file name; without `spike_templates.npy` where the folder has none.

    Raises
    ------
    SessionError
        If there are no spike times, or an array cannot be read.
    """
    check_folder(folder)
    present = [name for name in SORT_FILES if Path(folder, name).exists()]
    return {name: _values_hash(Path(folder, name), CANONICAL[name]) for name in present}


def identity(hashes):
    """Id of a sort from the hashes of its arrays: 16 hexadecimal digits."""
    words = " ".join(hashes[name] for name in SORT_FILES if name in hashes)
    return files.sha256_bytes(words.encode())[:16]


def sort_id(folder):
    """Id of the sort in a folder."""
    return identity(value_hashes(folder))


def is_same_sort(known, present):
    """Whether two sets of hashes are of one sort: an array that either lacks says nothing."""
    common = known.keys() & present.keys()
    return TIMES in common and all(known[name] == present[name] for name in common)


def signature(folder):
    """Cheap stand-in for the sort id: equal as long as nobody wrote to the files."""
    paths = [Path(folder, name) for name in SORT_FILES]
    return [files.signature(path) for path in paths if path.exists()]


def sort_id_by_bytes(folder):
    """Id that the first version of the store gave a sort: of the bytes of its files."""
    paths = [Path(folder, name) for name in SORT_FILES]
    words = " ".join(files.sha256_file(path) for path in paths if path.exists())
    return files.sha256_bytes(words.encode())[:16]


def _values_hash(path, canonical):
    """Hash of the whole numbers in a `.npy` file of one column."""
    try:
        with npy_header.opened(path) as (file, header):
            if header.dtype == canonical:
                return _hash_of(file, math.prod(header.shape) * header.item_bytes)
    except OSError as error:
        raise SessionError(f"{path}: cannot be read ({error.strerror or error})") from None
    return _converted_hash(path, canonical)


def _hash_of(file, n_bytes):
    """Hash of the next bytes of a file: what may follow the values counts for nothing."""
    digest = hashlib.sha256()
    while n_bytes and (chunk := file.read(min(n_bytes, CHUNK_BYTES))):
        digest.update(chunk)
        n_bytes -= len(chunk)
    return digest.hexdigest()


def _converted_hash(path, canonical):
    """Hash of values in another type; those that do not fit the usual one are hashed as 64 bits."""
    import numpy as np  # rare: a light step else needs no numpy

    from goodunits.base import npy_array

    values = npy_array.read(path, mmap=True).ravel()
    chunks = [values[i : i + CHUNK_BYTES] for i in range(0, values.size, CHUNK_BYTES)]
    # Out of range or not a number comes out as another number, which does not equal the value.
    with np.errstate(invalid="ignore"):
        if values.dtype.kind not in "iuf" or not all(_fits(chunk, "<i8") for chunk in chunks):
            raise SessionError(f"{path}: type {values.dtype}, expected whole numbers below 2**63")
        fitting = canonical if all(_fits(chunk, canonical) for chunk in chunks) else "<i8"
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.astype(fitting).tobytes())
    return digest.hexdigest()


def _fits(values, dtype):
    """Whether no value changes in another type."""
    return bool((values.astype(dtype) == values).all())
