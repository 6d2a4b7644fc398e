"""One criterion: reading it from text or thresholds, judging a value by it, saying it in words."""

import math
import operator
import re
from typing import NamedTuple

from goodunits.base.errors import nearest
from goodunits.catalogue import field_names
from goodunits.criteria import physical_units
from goodunits.scorecards import quantities

PASS, FAIL, UNDEFINED = "pass", "fail", "undefined"

THRESHOLD_KEYS = ("greater", "less", "abs", "undefined")
HOW_TO_WRITE = (
    "expected e.g. 'presence_ratio >= 0.5', 'not ks_refractory' or 'ks_label in [good, mua]', "
    "one comparison per item"
)
_NAME = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?"  # a dot as in score.isolated
_NUMBER = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_FLAG = re.compile(rf"(not\s+)?({_NAME})")
_MEMBER = re.compile(rf"({_NAME})\s+(not\s+in|in)\s*\[(.*)\]")
_COMPARISON = re.compile(
    rf"(?:(?P<abs>abs)\s*\(\s*(?P<inner>{_NAME})\s*\)|(?P<name>{_NAME}))"
    r"\s*(?P<operator><=|>=|==|!=|<|>)\s*(?P<target>\S+(?:\s+\S+)?)"
)
# Of what is written wrong. Not compiled here: every job of every session would pay for it.
# A name that is no word, such as "d'" or "isolation distance".
_BEFORE_SIGN = r"([A-Za-z][A-Za-z' -]*?)\s*[<>=!]"
_TURNED_SIGN = r"=([<>])"
_DECIMAL_COMMA = r"([0-9]+),([0-9]+)"
_WITH_UNIT = rf"(?i)({_NUMBER.pattern})\s*([A-Za-z%]\S*|1/\S+)"


class Criterion(NamedTuple):
    """One comparison of one metric.

    Parameters
    ----------
    metric : str
        Name of the metric.
    operator : str
        ``<``, ``<=``, ``>``, ``>=``, ``==``, ``!=``, ``in``, ``not in``, or ``is`` for a boolean.
    target : float, bool, str or tuple of str
        What the value is compared with; a tuple is sorted and has at least two words.
    absolute : bool
        Whether the absolute value is compared.
    """

    metric: str
    operator: str
    target: float | bool | str | tuple[str, ...]
    absolute: bool = False

    @property
    def text(self):
        """The criterion as it may be written in the configuration, one spelling per meaning."""
        if self.operator == "is":
            return self.metric if self.target else f"not {self.metric}"
        return f"{self.quantity} {self.operator} {target_text(self.target)}"

    @property
    def quantity(self):
        """What is compared: the metric or its absolute value."""
        return f"abs({self.metric})" if self.absolute else self.metric


def target_text(target):
    """Write a number, word or list of words as in a criterion."""
    if isinstance(target, tuple):
        return f"[{', '.join(target)}]"
    return target if isinstance(target, str) else number_text(target)


def number_text(number):
    """Write a number so that it reads back exactly, whole numbers without a point."""
    number = float(number) + 0.0  # turns -0.0 into 0.0
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def read_criterion(text):
    """Read one criterion.

    Parameters
    ----------
    text : str
        For example ``presence_ratio >= 0.5``.

    Returns
    -------
    Criterion

    Raises
    ------
    ValueError
        One line: what was found and what is expected.
    """
    text = text.strip().translate(physical_units.SIGNS)
    if found := _FLAG.fullmatch(text):
        return Criterion(found[2], "is", found[1] is None)
    if found := _MEMBER.fullmatch(text):
        return _membership(text, found[1], " ".join(found[2].split()), found[3])
    if found := _COMPARISON.fullmatch(text):
        target = _read_target(text, found["target"])
        metric = found["inner"] or found["name"]
        return Criterion(metric, found["operator"], target, found["abs"] is not None)
    raise _unreadable(text)


def _unreadable(text):
    """Error of a text that is no criterion."""
    name = re.match(_BEFORE_SIGN, text)
    words = field_names.of_others(name[1]) if name else ""
    slip = ""
    if found := re.search(_TURNED_SIGN, text):
        slip = f"; the sign is written {found[1]}="
    elif found := re.search(_DECIMAL_COMMA, text):
        slip = f"; write {found[1]}.{found[2]} for {found[0]}"
    return ValueError(f"cannot read {text!r}{slip}, {words or HOW_TO_WRITE}")


def _membership(text, metric, relation, words):
    """Criterion of 'metric in [a, b]'; a single word becomes == or !=."""
    targets = sorted({_read_target(text, word.strip(), number=False) for word in words.split(",")})
    if len(targets) > 1:
        return Criterion(metric, relation, tuple(targets))
    return Criterion(metric, "==" if relation == "in" else "!=", targets[0])


def _read_target(text, target, number=True):
    """Number or word on the right of an operator."""
    if number and _NUMBER.fullmatch(target):
        return float(target)
    if number and (found := _number_and_unit(target)):
        return _with_unit(text, *found)
    if len(target) > 1 and target[0] == target[-1] and target[0] in "'\"":
        target = target[1:-1]
    if not _WORD.fullmatch(target) or _NUMBER.fullmatch(target):
        raise _unreadable(text)
    return target


def _number_and_unit(target):
    """Number and unit as written; None where the target is something else, or a number alone."""
    found = None if _NUMBER.fullmatch(target) else re.fullmatch(_WITH_UNIT, target)
    return found and found.groups()


def _with_unit(text, number, unit):
    """Number of a text such as ``0.2 ms``."""
    try:
        return physical_units.to_base(number, unit)
    except ValueError as error:
        raise ValueError(f"in '{text}': {error}") from None


def check_unit(text, criterion, kinds, units):
    """Check that the unit that a text gives, if it gives one, is that of the metric.

    Parameters
    ----------
    text : str
        The criterion as written.
    criterion : Criterion
        The same, read.
    kinds, units : mapping of str to str
        Kind and unit of each metric.

    Raises
    ------
    ValueError
        One line: what was found and what is expected.
    """
    found = _COMPARISON.fullmatch(text.strip().translate(physical_units.SIGNS))
    written = found and _number_and_unit(found["target"])
    metric = criterion.metric
    if not written or kinds.get(metric) not in ("float", "int"):
        return
    try:
        physical_units.check(written[1], metric, kinds[metric], units.get(metric, ""))
    except ValueError as error:
        raise ValueError(f"in '{text.strip()}': {error}") from None


def read_thresholds(metric, thresholds):
    """Read SpikeInterface's thresholds of one metric: ``greater`` is >=, ``less`` is <=.

    Parameters
    ----------
    metric : str
        Name of the metric.
    thresholds : mapping
        Keys ``greater``, ``less`` (number; null or NaN = not in use) and ``abs`` (bool).

    Returns
    -------
    list of Criterion
        None, one or two.

    Raises
    ------
    ValueError
        One line: what was found and what is expected.
    """
    unknown = [key for key in thresholds if key not in THRESHOLD_KEYS]
    if unknown:
        words = (f"unknown key {key!r}{nearest(key, THRESHOLD_KEYS)}" for key in unknown)
        raise ValueError("; ".join(words))
    if not {"greater", "less"} & set(thresholds):
        raise ValueError(f"no threshold, expected {metric}: {{greater: number, less: number}}")
    absolute = thresholds.get("abs", False)
    if absolute is None:
        absolute = False
    if not isinstance(absolute, bool):
        raise ValueError(f"abs is {absolute!r}, expected true or false")
    low = _threshold(thresholds, "greater")
    high = _threshold(thresholds, "less")
    if low is not None and high is not None and low > high:
        raise ValueError(f"greater {number_text(low)} is above less {number_text(high)}")
    limits = ((">=", low), ("<=", high))
    return [Criterion(metric, sign, limit, absolute) for sign, limit in limits if limit is not None]


def _threshold(thresholds, key):
    """One threshold as a number, or None where it is not in use."""
    value = thresholds.get(key)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)  # YAML 1.1 reads 1e-3 as text
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is {value!r}, expected a number or null")
    return float(value)


def check_kind(criterion, kinds):
    """Check that a criterion fits the kind of its metric.

    Parameters
    ----------
    criterion : Criterion
        The criterion.
    kinds : mapping of str to str
        Kind of each metric: ``float``, ``int``, ``bool`` or ``label``.

    Raises
    ------
    ValueError
        One line: what was found and what is expected.
    """
    metric = criterion.metric
    if metric not in kinds and quantities.is_score(metric):
        raise ValueError(
            f"in '{criterion.text}': {metric} is asked for, {quantities.unknown(metric, kinds)}"
        )
    if metric not in kinds:
        raise ValueError(f"unknown metric '{metric}'{field_names.hint(metric, kinds)}")
    kind = kinds[metric]
    is_flag = criterion.operator == "is"
    found = f"in '{criterion.text}':"
    if kind == "bool" and not is_flag:
        raise ValueError(f"{found} {metric} is true or false, write '{metric}' or 'not {metric}'")
    if kind == "label" and (
        is_flag or is_number(criterion) or criterion.absolute or _orders(criterion)
    ):
        raise ValueError(
            f"{found} {metric} is a label, write '{metric} == good' or '{metric} in [good, mua]'"
        )
    if kind in ("float", "int") and not is_number(criterion):
        raise ValueError(f"{found} {metric} is a number, compare it as in '{metric} >= 1'")


def is_number(criterion):
    """Whether a criterion compares with a number."""
    return isinstance(criterion.target, float)


def _orders(criterion):
    """Whether the operator needs an order, which labels don't have."""
    return criterion.operator in ("<", "<=", ">", ">=")


def _is_one_of(value, words):
    """Whether a label is one of some words."""
    return value in words


def _is_none_of(value, words):
    """Whether a label is none of some words."""
    return value not in words


_HOLDS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "is": operator.eq,
    "in": _is_one_of,
    "not in": _is_none_of,
}


def judge(criterion, value):
    """Judge one value by one criterion.

    Parameters
    ----------
    criterion : Criterion
        The criterion.
    value : float, int, bool, str or None
        Value of the metric; None and NaN mean undefined.

    Returns
    -------
    str
        ``pass``, ``fail`` or ``undefined``.
    """
    if value is None or value != value:
        return UNDEFINED
    measured = abs(value) if criterion.absolute else value
    return PASS if _HOLDS[criterion.operator](measured, criterion.target) else FAIL


def value_words(criterion, value, unit=""):
    """Say what a metric is: ``presence_ratio 0.31``, never rounded onto the threshold."""
    if criterion.operator == "is":
        return f"{criterion.metric} is {'true' if value else 'false'}"
    if isinstance(value, str):
        return f"{criterion.metric} {value}"
    measured = abs(value) if criterion.absolute else value
    return f"{criterion.quantity} {_rounded(measured, criterion.target)}{unit and ' ' + unit}"


def undefined_words(criterion, why):
    """Say that a metric is undefined, and why where that is known."""
    return f"{criterion.quantity} undefined" + (f" ({why})" if why else "")


def needed_words(criterion):
    """Say what a criterion needs: ``needs >= 0.5``."""
    if criterion.operator == "is":
        return f"needs {'true' if criterion.target else 'false'}"
    words = {"==": "", "!=": "other than "} if isinstance(criterion.target, str) else {}
    if isinstance(criterion.target, tuple):
        if criterion.operator == "in":
            return f"needs {' or '.join(criterion.target)}"
        return f"needs neither {' nor '.join(criterion.target)}"
    sign = words.get(criterion.operator, f"{criterion.operator} ")
    return f"needs {sign}{target_text(criterion.target)}"


def condition_words(criterion, unit=""):
    """Say a criterion as a condition: ``firing_rate >= 1 Hz``, ``ks_label is good or mua``."""
    if criterion.operator == "is":
        return f"{criterion.metric} is {'true' if criterion.target else 'false'}"
    words = (criterion.target,) if isinstance(criterion.target, str) else criterion.target
    if isinstance(words, tuple):
        sign = "is" if criterion.operator in ("==", "in") else "is not"
        return f"{criterion.metric} {sign} {' or '.join(words)}"
    return f"{criterion.text}{unit and ' ' + unit}"


def _rounded(value, threshold):
    """Shortest number of at least 3 digits on the same side of the threshold as the value."""
    value = float(value)
    if math.isinf(value) or value.is_integer():
        return number_text(value)
    whole_digits = len(str(int(abs(value))))
    for digits in range(max(3, whole_digits), 17):
        rounded = float(f"{value:.{digits}g}")
        if _side(rounded, threshold) == _side(value, threshold):
            return number_text(rounded)
    return number_text(value)


def _side(value, threshold):
    """-1, 0 or 1: below, on or above the threshold."""
    return (value > threshold) - (value < threshold)
