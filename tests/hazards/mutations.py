"""Ways to damage a file, as disks, copies, programs and strangers do: functions of path and rng."""

import os
import re

import numpy as np

WORDS = (
    *(b"nan", b"inf", b"-1", b"1e308", b"1e-308", b"0", b"9" * 5000, b"18446744073709551615"),
    *(b"2147483648", b"0x10", b"1_0", b"", b"None", b"True", b"[]", b"{}", b"'", b'"', b"\t"),
    *(b"\r", b"\0\0\0\0", b"\x1b[2J", b"=1+1", b"../../x", b"*a", b"&a [*a]", b"<<"),
    *(b"{session}", b"<b>"),
)
NUMBERS = [np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-300, 0, -1, 2**31, 2**62, 2**63, 1e6]
TYPES = ["<f8", "<f4", ">i8", "<i4", "<u1", "<u8", "?", "<U3", "<c16"]
DEEP = [b"[" * 100_000, b'{"a":' * 100_000, b"(" * 100_000, b"-" * 100_000, b"]" * 50_000]


def flip_byte(path, rng):
    data = bytearray(path.read_bytes())
    if data:
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    path.write_bytes(data)


def flip_early_byte(path, rng):
    """In what is structure in most files."""
    data = bytearray(path.read_bytes())
    if data:
        data[rng.integers(min(len(data), 130))] = rng.integers(256)
    path.write_bytes(data)


def cut(path, rng):
    data = path.read_bytes()
    path.write_bytes(data[: rng.integers(len(data) + 1)])


def zero_tail(path, rng):
    data = path.read_bytes()
    kept = int(rng.integers(len(data) + 1))
    path.write_bytes(data[:kept] + bytes(len(data) - kept))


def drop_part(path, rng):
    data = path.read_bytes()
    start, stop = sorted(rng.integers(len(data) + 1, size=2))
    path.write_bytes(data[:start] + data[stop:])


def repeat_part(path, rng):
    data = path.read_bytes()
    start, stop = sorted(rng.integers(len(data) + 1, size=2))
    path.write_bytes(data[:stop] + data[start:])


def random_bytes(path, rng):
    data = path.read_bytes()
    place = rng.integers(len(data) + 1)
    path.write_bytes(data[:place] + rng.bytes(int(rng.integers(1, 20))) + data[place:])


def put_word(path, rng):
    """Another word in the place of one of a text, or in the midst of other bytes."""
    data = path.read_bytes()
    words = list(re.finditer(rb"[\w.+-]+", data[:20_000]))
    word = WORDS[rng.integers(len(WORDS))]
    if words and rng.random() < 0.8:
        found = words[rng.integers(len(words))]
        path.write_bytes(data[: found.start()] + word + data[found.end() :])
    else:
        place = rng.integers(len(data) + 1)
        path.write_bytes(data[:place] + word + data[place:])


def nothing(path, rng):
    path.write_bytes(b"")


def deep(path, rng):
    path.write_bytes(DEEP[rng.integers(len(DEEP))])


def missing(path, rng):
    path.unlink()


def pipe(path, rng):
    path.unlink()
    os.mkfifo(path)


def endless(path, rng):
    path.unlink()
    path.symlink_to("/dev/zero")


def circle(path, rng):
    path.unlink()
    path.symlink_to(path.name)


def folder(path, rng):
    path.unlink()
    path.mkdir()


def huge(path, rng):
    """A hole of a terabyte behind the content: takes no space."""
    os.truncate(path, 10**12)


def other_file(path, rng):
    """The content of a neighbour."""
    others = sorted(item for item in path.parent.iterdir() if item.is_file() and item != path)
    path.write_bytes(others[rng.integers(len(others))].read_bytes())


ANY = (
    *(flip_byte, flip_early_byte, cut, zero_tail, drop_part, repeat_part, random_bytes, put_word),
    *(flip_byte, put_word, cut, nothing, deep, missing, pipe, endless, circle, folder, huge),
    other_file,
)


def other_values(path, rng):
    """Some numbers that are no measurements."""
    array = np.load(path)
    kind = array.dtype if rng.random() < 0.5 else np.dtype(TYPES[rng.integers(3)])
    with np.errstate(all="ignore"):
        array = array.astype(kind)
        for _ in range(int(rng.integers(1, 4))):
            number = np.asarray(NUMBERS[rng.integers(len(NUMBERS))])
            array.flat[rng.integers(array.size)] = number.astype(kind)
    np.save(path, array)


def all_values(path, rng):
    array = np.load(path)
    with np.errstate(all="ignore"):
        number = np.asarray(NUMBERS[rng.integers(len(NUMBERS))]).astype(array.dtype)
    np.save(path, np.full_like(array, number))


def other_type(path, rng):
    with np.errstate(all="ignore"):
        np.save(path, np.load(path).astype(TYPES[rng.integers(len(TYPES))]))


def other_shape(path, rng):
    array = np.load(path)
    changes = (array[:-1], array[:0], array[None], array[..., None], array.ravel(), array.T)
    changes += (np.concatenate([array, array]), np.asfortranarray(array), array.flat[0])
    np.save(path, changes[rng.integers(len(changes))])


def other_claim(path, rng):
    """A header that promises something else."""
    data = path.read_bytes()
    claims = [b"10**15", b"1000000000000000", b"-5", b"1e3", b"(1,)", b"9" * 4400, b"0", b"2"]
    header = re.sub(rb"\d+(?=,)", claims[rng.integers(len(claims))], data[10:128], count=1)
    size = len(header).to_bytes(2, "little")
    path.write_bytes(data[:8] + size + header + data[128:])


def objects(path, rng):
    np.save(path, np.array([{"a": 1}, None], dtype=object))


ARRAYS = (other_values, other_values, all_values, other_type, other_shape, other_claim, objects)
