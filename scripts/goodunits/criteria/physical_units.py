"""Units in a criterion: ``0.2 ms`` and ``80 %`` as the number that the metric's unit needs."""

import re

# What is written, in lower case: unit of the catalogue, and the power of ten between them.
_POWERS = {
    "s": ("s", 0),
    "ms": ("s", -3),
    "us": ("s", -6),
    "hz": ("Hz", 0),
    "khz": ("Hz", 3),
    "um": ("um", 0),
    "mm": ("um", 3),
    "1/um": ("1/um", 0),
    "1/mm": ("1/um", -3),
    "%": ("", -2),
}
KNOWN = "s, ms, us, Hz, kHz, um, mm, 1/um, 1/mm, %"
_VOLTS = re.compile("[mu]?v", re.IGNORECASE)
# Signs that keyboards and copied texts have, in the spelling of a criterion.
SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "≠": "!=", "−": "-", "µ": "u", "μ": "u"})


def to_base(number, unit):
    """Number in the unit of the catalogue, exact as if it had been written so.

    Parameters
    ----------
    number : str
        Such as ``0.2``.
    unit : str
        Such as ``ms``.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no such unit.
    """
    if unit.lower() not in _POWERS:
        hint = "no metric is in volts, Kilosort's files hold none" if _VOLTS.fullmatch(unit) else ""
        raise ValueError(f"unknown unit '{unit}'; {hint or f'known: {KNOWN}'}")
    mantissa, _, exponent = number.lower().partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + _POWERS[unit.lower()][1]}")


def check(unit, metric, kind, expected):
    """Check that a unit is one of the metric.

    Parameters
    ----------
    unit : str
        As written, known to `to_base`.
    metric, kind : str
        Name and kind of the metric.
    expected : str
        Unit of the metric, "" if it has none.

    Raises
    ------
    ValueError
        One line: what was found and what is expected.
    """
    base = _POWERS[unit.lower()][0]
    if base != expected or (unit == "%" and kind != "float"):
        words = f"is in {expected}" if expected else "has no unit"
        raise ValueError(f"{metric} {words}, not in {unit}")
