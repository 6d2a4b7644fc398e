"""Read a pickle step by step, with bounds on time and memory. Standard library only.

Python's own unpickler takes what a file says of its size: 24 bytes can ask for all memory, and a
tuple of tuples as the key of a dictionary takes time without end. Here every step is one that
settings need, there are only so many of them, and nothing is copied more often than the file is
long. What a name stands for, and what may be called or changed, is for the caller to say.
"""

import pickletools

MAX_STEPS = 1_000_000
PLAIN = (str, bytes, float, complex, type(None))
MAX_KEY_ITEMS = 16
IGNORED = {"PROTO", "FRAME", "STOP"}
VALUES = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_SET": set}
FROM_MARK = {"LIST": list, "TUPLE": tuple}
SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def load(file, n_bytes, find_name, call, change):
    """Give the value that a pickle describes.

    Parameters
    ----------
    file : binary file
        At the start of the pickle.
    n_bytes : int
        Size of the file.
    find_name : callable
        Takes a module and a name, gives what they stand for, or raises.
    call : callable
        Takes what `find_name` gave and a tuple of arguments, gives a value, or raises.
    change : callable
        Takes a value and its state, or raises.

    Returns
    -------
    value : object

    Raises
    ------
    ValueError, IndexError, KeyError, TypeError
        If the pickle is damaged or asks for more than the bounds.
    """
    machine = _Machine(2 * n_bytes + 1_000_000, find_name, call, change)
    for step, (opcode, argument, _) in enumerate(pickletools.genops(file)):
        if step >= MAX_STEPS:
            raise ValueError(f"more than {MAX_STEPS} steps")
        machine.do(opcode.name, argument)
    return machine.pop()


def checked_keys(keys):
    """Keys of a dictionary or items of a set, as a list, if telling two of them apart is quick."""
    keys = list(keys)
    for key in keys:
        if isinstance(key, tuple):
            is_quick = len(key) <= MAX_KEY_ITEMS and all(map(_is_plain, key))
        else:
            is_quick = _is_plain(key) or not isinstance(key, (tuple, frozenset, int))
        if not is_quick:
            raise ValueError("a key of a dictionary that is no plain text or number")
    return keys


def _is_plain(value):
    return isinstance(value, PLAIN) or (isinstance(value, int) and value.bit_length() <= 64)


class _Machine:
    """The stack on which a pickle builds its value."""

    def __init__(self, budget, find_name, call, change):
        self.stack, self.marks, self.memo = [], [], {}
        self.budget = budget
        self.find_name, self.call, self.change = find_name, call, change

    def do(self, name, argument):
        """Do one step."""
        if name in VALUES:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name])
        elif name in EMPTY:
            self.stack.append(EMPTY[name]())
        elif name in FROM_MARK:
            self.stack.append(FROM_MARK[name](self.pop_to_mark()))
        elif name in SHORT_TUPLES:
            items = [self.pop() for _ in range(SHORT_TUPLES[name])]
            self.stack.append(tuple(reversed(items)))
        elif name not in IGNORED:
            step = getattr(self, f"_{name.lower()}", None)
            if step is None:
                raise ValueError(f"the step {name}, which settings do not need")
            step(argument)

    def pop(self):
        """Take the last value off the stack."""
        if not self.stack or (self.marks and self.marks[-1] == len(self.stack)):
            raise ValueError("a step without its value")
        return self.stack.pop()

    def pop_to_mark(self):
        """Take all values since the last mark off the stack."""
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def top(self, kind):
        """The value to be filled, which has to be of a kind."""
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise ValueError(f"items for something that is no {kind.__name__}")
        return self.stack[-1]

    def spend(self, values):
        """Refuse to copy long values again and again."""
        self.budget -= sum(len(value) for value in values if hasattr(value, "__len__"))
        if self.budget < 0:
            raise ValueError("more copies of values than the file is long")

    def _mark(self, _):
        self.marks.append(len(self.stack))

    def _pop(self, _):
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self.pop()

    def _pop_mark(self, _):
        self.pop_to_mark()

    def _dup(self, _):
        self.stack.append(self.stack[-1])

    def _put(self, place):
        self.memo[place] = self.stack[-1]

    _binput = _long_binput = _put

    def _memoize(self, _):
        self.memo[len(self.memo)] = self.stack[-1]

    def _get(self, place):
        self.stack.append(self.memo[place])

    _binget = _long_binget = _get

    def _append(self, _):
        item = self.pop()
        self.top(list).append(item)

    def _appends(self, _):
        items = self.pop_to_mark()
        self.top(list).extend(items)

    def _fill(self, items):
        """Put keys and values, in turn, into the dictionary on the stack."""
        self.top(dict).update(zip(checked_keys(items[::2]), items[1::2], strict=True))

    def _setitem(self, _):
        value, key = self.pop(), self.pop()
        self._fill([key, value])

    def _setitems(self, _):
        self._fill(self.pop_to_mark())

    def _dict(self, _):
        items = self.pop_to_mark()
        self.stack.append({})
        self._fill(items)

    def _additems(self, _):
        items = self.pop_to_mark()
        self.top(set).update(checked_keys(items))

    def _frozenset(self, _):
        self.stack.append(frozenset(checked_keys(self.pop_to_mark())))

    def _global(self, names):
        module, _, name = names.partition(" ")
        self.stack.append(self.find_name(module, name))

    def _stack_global(self, _):
        name, module = self.pop(), self.pop()
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError("a name that is no text")
        self.stack.append(self.find_name(module, name))

    def _reduce(self, _):
        arguments, function = self.pop(), self.pop()
        if not isinstance(arguments, tuple):
            raise ValueError("a call without its arguments")
        self.spend(arguments)
        self.stack.append(self.call(function, arguments))

    def _build(self, _):
        state = self.pop()
        if isinstance(state, tuple):
            self.spend(state)
        self.change(self.top(object), state)
