"""An ops.npy that asks for what no sort needs is refused, within bounds of time and memory."""

import os
import pickle
import resource
import time

import numpy as np
import pytest

from goodunits.base.errors import SessionError
from goodunits.kilosort.ops_file import UnsafePickleError, read_ops
from made_ops import every_kind, same, write_npy, write_pickle


class Call:
    """Object whose pickle calls a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def nested(call):
    """The call at the bottom of dicts, lists and an array of objects."""
    array = np.empty(2, dtype=object)
    array[0] = {"deep": [(call,)]}
    return {"fs": 30000.0, "settings": {"x": array}}


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize(
    ("function", "named"),
    [(os.system, r"\.system, "), (eval, r"builtin.*\.eval, "), (exec, r"builtin.*\.exec, ")],
)
def test_hostile_calls_are_not_run(tmp_path, protocol, is_nested, function, named):
    target = tmp_path / "made_by_ops"
    command = f"touch {target}" if function is os.system else f"open({str(target)!r}, 'w')"
    call = Call(function, command)
    ops = nested(call) if is_nested else {"x": call}
    path = write_pickle(tmp_path / "ops.npy", ops, protocol)
    with pytest.raises(UnsafePickleError, match=named) as caught:
        read_ops(path)
    assert not target.exists()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    pickle.loads(path.read_bytes()[128:])  # the attack itself is a working one
    assert target.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "getattr"),
        ("builtins", "type"),
        ("builtins", "__import__"),
        ("builtins", "set.__class__"),
        ("numpy", "load"),
        ("numpy", "fromfile"),
        ("numpy", "dtype.__class__"),
        ("numpy", "ndarray.tofile"),
        ("numpy", "ndarray.__reduce__"),
        ("numpy.dtypes", "Float32DType.__class__"),
        ("numpy.testing._private.utils", "runstring"),
        ("numpy.core.multiarray", "fromfile"),
        ("numpy.f2py.crackfortran", "myeval"),
        ("pathlib", "Path.unlink"),
        ("pathlib", "os.system"),
        ("collections", "namedtuple"),
        ("copyreg", "_reconstructor"),
        ("torch", "load"),
        ("torch.storage", "_load_from_bytes"),
        ("_codecs", "decode"),
        ("ops_file", "read_ops"),
        ("goodunits.kilosort.ops_file", "pickle"),
    ],
)
def test_no_other_name_is_given(tmp_path, module, name):
    payload = (
        pickle.PROTO
        + b"\x04"
        + b"".join(
            pickle.SHORT_BINUNICODE + bytes([len(text)]) + text.encode() for text in (module, name)
        )
    )
    path = write_npy(tmp_path / "ops.npy", payload + pickle.STACK_GLOBAL + b".")
    with pytest.raises(UnsafePickleError, match=f"asks for {module}.{name}, ".replace(".", r"\.")):
        read_ops(path)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"cnumpy\ndtype\n.", "a function instead of a value"),
        (b"}X\x01\x00\x00\x00acpathlib\nPosixPath\ns.", "a function instead of a value"),
        # BUILD: change what other reads use
        (b"cbuiltins\nset\n}X\x04\x00\x00\x00nameK\x01sb.", "tries to change"),
        (b"ccollections\nOrderedDict\n(N}X\x05\x00\x00\x00_makeK\x01stb.", "tries to change"),
    ],
)
def test_functions_are_neither_kept_nor_changed(tmp_path, payload, reason):
    before = every_kind()
    del before["objects"]
    with pytest.raises(UnsafePickleError, match=reason):
        read_ops(write_npy(tmp_path / "hostile.npy", payload))
    assert same(read_ops(write_pickle(tmp_path / "ops.npy", before)), before)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x82\x01.",  # EXT1: a registered extension
        b"P1\n.",  # PERSID
        b"K\x01Q.",  # BINPERSID
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"(ibuiltins\nbytearray\n(K\x7ftR.",  # INST
        b"cbuiltins\nset\n)\x81.",  # NEWOBJ
        b"cnumpy\nndarray\n)R.",
        b"cbuiltins\nbytearray\nJ\xff\xff\xff\x7f\x85R.",  # two gigabytes
        b"",
        b"}",
        b"\x80\x63.",
        b"hello",
        b"N.",
        b"](K\x01e.",
        b"]" * 100_000 + b"a" * 99_999 + b".",
    ],
)
def test_anything_else_is_an_error_of_the_session(tmp_path, payload):
    with pytest.raises(SessionError, match=r"ops\.npy: "):
        read_ops(write_npy(tmp_path / "ops.npy", payload))


def array_payload(shape, code, content, state_end=(None, None, None)):
    """Pickle of an array that says what we like of its shape, type and bytes."""
    ops = {"a": np.zeros(3, dtype="<f4")}
    reduced = ops["a"].__reduce__()
    dtype = Call(np.dtype, code, False, True)
    dtype_state = (3, "<", *state_end, -1, -1, 0)

    class Dtype(Call):
        def __reduce__(self):
            return np.dtype, (code, False, True), dtype_state

    class Array(Call):
        def __reduce__(self):
            state = (1, shape, Dtype(dtype), False, content)
            return reduced[0], reduced[1], state

    return pickle.dumps({"a": Array(None)}, protocol=4)


def test_lying_array_is_refused_before_memory_is_taken(tmp_path):
    good = read_ops(write_npy(tmp_path / "good.npy", array_payload((2,), "f4", bytes(8))))
    assert good["a"].tolist() == [0.0, 0.0]
    for shape, code, content in [
        ((3,), "f4", bytes(8)),
        ((1,), "f4", bytes(8)),
        ((2**40, 2**20), "f4", bytes(8)),
        ((-2, -1), "f4", bytes(8)),
        ((2.0,), "f4", bytes(8)),
        ((1,), "O", bytes(8)),  # bytes as pointers
        ((1,), "V8", bytes(8)),
        ((1,), "O8,f4", bytes(8)),
        ((1,), "f4", 4),
        ((1,), 7, bytes(4)),
    ]:
        path = write_npy(tmp_path / "ops.npy", array_payload(shape, code, content))
        with pytest.raises(SessionError):
            read_ops(path)


def test_structured_types_are_refused(tmp_path):
    end = (None, ("x",), {"x": (np.dtype("O"), 0)})
    path = write_npy(tmp_path / "ops.npy", array_payload((1,), "V8", bytes(8), end))
    with pytest.raises(UnsafePickleError, match="structured arrays"):
        read_ops(path)


def nested_key(depth):
    """A tuple that holds itself twice, so many times over, as the key of a dictionary."""
    return b"}" + b")" + b"2\x86" * depth + b"K\x01s."


@pytest.mark.parametrize(
    "payload",
    [
        nested_key(100),
        b"cbuiltins\nset\n(](" + b")" + b"2\x86" * 100 + b"e" + b"tR.",
        b"cbuiltins\nfrozenset\n(](" + b")" + b"2\x86" * 100 + b"e" + b"tR.",
        b"ccollections\nOrderedDict\n(](" + b")" + b"2\x86" * 100 + b"N\x86e" + b"tR.",
        b"ctorch\ndevice\n" + b")" + b"2\x86" * 100 + b"\x85R.",
        b"(" + b")" + b"2\x86" * 100 + b"\x91.",  # FROZENSET
        b"}r\xff\xff\xff\xff" + b"q\x01" * 5,  # LONG_BINPUT far away, then the end is missing
        b"\x96" + (2**40).to_bytes(8, "little") + b".",  # BYTEARRAY8 of a terabyte
        b"\x8e" + (2**62).to_bytes(8, "little") + b".",  # BINBYTES8
        b"\x8b" + (2**31 - 1).to_bytes(4, "little") + b".",  # LONG4
        b"I" + b"9" * 5000 + b"\n.",
        b"](" + b"N" * 2_000_000 + b"e.",
        # One text of a megabyte encoded a thousand times
        b"c_codecs\nencode\nq\x000X\x40\x42\x0f\x00"
        + b"x" * 10**6
        + b"q\x010](X\x06\x00\x00\x00latin1"
        b"q\x020" + b"h\x00h\x01h\x02\x86R" * 1000 + b"e.",
    ],
)
def test_bounds_on_time_and_memory(tmp_path, payload):
    path = write_npy(tmp_path / "ops.npy", payload)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SessionError, match=r"ops\.npy: ") as error:
        read_ops(path)
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kB
    assert len(str(error.value)) < 600


def test_a_memo_far_away_takes_no_memory(tmp_path):
    payload = b"}r\xff\xff\xff\xffX\x02\x00\x00\x00fsG\x40\xdd\x4c\x00\x00\x00\x00\x00s."
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_ops(write_npy(tmp_path / "ops.npy", payload)) == {"fs": 30000.0}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
