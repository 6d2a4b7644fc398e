"""Numbers that people can read: the shortest one in a range, and text of it."""

import math


def shortest_between(low, high):
    """The number with the fewest digits above `low` and not above `high`, nearest to the middle.

    Parameters
    ----------
    low, high : float
        With low < high; either may be infinite.

    Returns
    -------
    number : float
    """
    if math.isinf(low) and math.isinf(high):
        return 0.0
    if math.isinf(low):
        low = high - max(abs(high), 1.0)
    if math.isinf(high):
        return float(low) if low == 0 else shortest_between(low, low + max(abs(low), 1.0))
    middle = low + (high - low) / 2
    for digits in range(1, 17):
        number = float(f"{middle:.{digits}g}")
        if low < number <= high:
            return number
    return float(high)


def text(number):
    """A number as it is written in a configuration, whole ones without a point."""
    number = float(number) + 0.0
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def share(value):
    """A share or a kappa with two digits; a dash where it is undefined."""
    return "-" if math.isnan(value) else f"{value:.2f}"


def with_interval(value, interval):
    """A number and its interval: ``0.62 (0.55 to 0.68)``."""
    if math.isnan(value):
        return "-"
    return f"{share(value)} ({share(interval[0])} to {share(interval[1])})"
