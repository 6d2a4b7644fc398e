"""Identity of a sort: a hash of the values in the arrays that Kilosort writes and Phy never does.

Values and not bytes, so that arrays saved again in another type, shape (n, 1) or byte order stay
the same sort. Standard library only, but for arrays in a type that Kilosort 4 does not write.
"""

import ast
import hashlib
import struct
from pathlib import Path

from goodunits import files
from goodunits.errors import SessionError

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
        with open(path, "rb") as file:
            stored, offset = _type_and_offset(file)
            if stored == canonical:
                file.seek(offset)
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, struct.error) as error:
        raise SessionError(f"{path}: cannot be read ({error}); copy it again") from None
    return _converted_hash(path, canonical)


def _type_and_offset(file):
    """Type of the values in an open `.npy` file and where they start."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY":
        raise ValueError("not a NumPy .npy file")
    form = "<H" if magic[6] == 1 else "<I"
    (size,) = struct.unpack(form, file.read(struct.calcsize(form)))
    header = ast.literal_eval(file.read(size).decode("latin1"))
    return header["descr"], file.tell()


def _converted_hash(path, canonical):
    """Hash of values in another type; those that do not fit the usual one are hashed as 64 bits."""
    import numpy as np  # rare: a light step else needs no numpy

    try:
        values = np.load(path, allow_pickle=False).ravel()
        wide = values.astype("<i8")
        if not np.array_equal(wide, values):
            raise ValueError("holds numbers that are not whole")
    except (OSError, ValueError, TypeError) as error:
        raise SessionError(f"{path}: cannot be read ({error}); copy it again") from None
    narrow = wide.astype(canonical)
    same = narrow if np.array_equal(narrow, wide) else wide
    return hashlib.sha256(same.tobytes()).hexdigest()
