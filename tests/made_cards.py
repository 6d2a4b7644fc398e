"""A small scorecard for tests."""

STEPS = {
    "sliding_rp_confidence": {
        "edges": [0.2, 0.5, 0.9],
        "points": [-1.5, -0.2, 0.4, 1.1],
        "undefined": -0.7,
    },
    "ks_refractory": {"edges": [1], "points": [-1, 0.5], "undefined": 0},
}
PAIR = {
    "metrics": ["presence_ratio", "firing_rate"],
    "edges": [[0.5], [1, 10]],
    "points": [[-0.8, -0.6, -0.4, 0], [0.1, 0.6, 0.2, 0], [0.3, 0.3, 0.3, -0.1]],
}


def plain(**changes):
    """A whole scorecard as in a file."""
    return {
        "scorecard": "small",
        "format_version": 1,
        "version": "1",
        "states": "A test.",
        "intercept": -0.4,
        "steps": STEPS,
        "pairs": [PAIR],
        "probability": {"intercept": 0.1, "slope": 2},
    } | changes


def without(data, *keys):
    """A copy without some keys."""
    return {key: value for key, value in data.items() if key not in keys}
