"""Draw the pictures of docs/choosing-criteria.md: `python bench/truth/pictures.py`.

Needs matplotlib; reads the table of units with truth and the scores by sorts left out.
"""

import matplotlib as mpl
import numpy as np

mpl.use("svg")

import labels
import units
from matplotlib import pyplot as plt

FOLDER = units.PROJECT / "docs" / "pictures"
STYLE = {"svg.hashsalt": "goodunits", "font.size": 10, "axes.spines.top": False}
STYLE |= {"axes.spines.right": False}
N_GROUPS = 5
# Names that would lie over others.
BESIDE = {
    "strict": {"xytext": (-6, -4), "ha": "right"},
    "bombcell": {"xytext": (-6, -4), "ha": "right"},
    "bombcell 0.94 itself": {"xytext": (-12, 7), "ha": "center"},
    "ibl": {"xytext": (6, -4)},
}


def main():
    """Draw both pictures."""
    rows = units.read()
    scores = labels.left_out_scores(rows)
    with mpl.rc_context(STYLE):
        save(share_found(rows, scores), "choosing-shares.svg")
        save(what_a_score_means(rows, scores), "choosing-scores.svg")


def save(figure, name):
    """Write a picture, the same bytes each time."""
    figure.savefig(FOLDER / name, metadata={"Date": None})
    plt.close(figure)


def share_found(rows, scores):
    """Share of right ones among good units against the share found: a point for each way."""
    figure, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
    found = [
        labels.judged(rows, [score >= cut for score in scores])
        for cut in np.arange(0.05, 0.96, 0.025)
    ]
    axes.plot([f.recall for f in found], [f.precision for f in found], label="score, cut by cut")
    for name, good in labels.all_ways(rows, scores).items():
        own = labels.judged(rows, good)
        if name.startswith(("`score", "`config", "the same")) or own.precision is None:
            continue
        is_ours = "recommended" in name or "balanced" in name
        axes.plot(own.recall, own.precision, "o", color="C3" if is_ours else "0.35")
        text = name.partition(", without")[0].replace("`", "").replace("presets/", "")
        text = text.removesuffix(".yaml")
        place = BESIDE.get(text, {"xytext": (5, 5)})
        axes.annotate(text, (own.recall, own.precision), textcoords="offset points", **place)
    axes.set(
        xlabel="share of the well isolated neurons that are found",
        ylabel="share of good units that are\nwell isolated neurons",
        xlim=(0, 1.15),
        ylim=(0.45, 1.02),
    )
    axes.legend(loc="lower left", frameon=False)
    return figure


def what_a_score_means(rows, scores):
    """The share of isolated neurons in each fifth of the units by score, and the mean score."""
    isolated = np.array([row["isolated"] for row in rows])
    order = np.argsort(scores, kind="stable")
    figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
    parts = np.array_split(order, N_GROUPS)
    means = [np.array(scores)[part].mean() for part in parts]
    axes.plot([0, 1], [0, 1], color="0.7")
    axes.plot(means, [isolated[part].mean() for part in parts], "o-")
    axes.set(xlabel="mean score of a fifth of the units", ylabel="share that is well isolated")
    return figure


if __name__ == "__main__":
    main()
