"""Figures for papers and for `snakemake --report`: the dataset as SVG files, and as others."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")  # no screen is needed, and none is looked for

import numpy as np  # noqa: E402
from matplotlib import pyplot as plt  # noqa: E402

from goodunits.criteria import label_rules  # noqa: E402
from goodunits.report import report_data, report_files, report_warnings

# Okabe and Ito; what fails is hatched too.
BLUE, ORANGE, YELLOW, GREY = "#0072B2", "#D55E00", "#E69F00", "#6B7680"
LABEL_COLOURS = {"good": BLUE, "mua": ORANGE, "noise": GREY}
WIDTH_IN = 7.0
MANY_SESSIONS = 40
DPI = 300
FORMATS = {"svg", "png", "pdf"}
# The same figure is the same file.
UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "svg.fonttype": "none",
    "svg.hashsalt": "goodunits",
    "hatch.linewidth": 0.6,
    "hatch.color": "white",
    "figure.dpi": 150,
    "legend.frameon": False,
    "text.parse_math": False,  # a label or a criterion may hold a $
}


def draw_results(folder, more_formats=()):
    """Draw what stands in a results folder: each figure as SVG, and in other formats.

    Parameters
    ----------
    folder : path-like
        Folder for the figures: results/figures. What is drawn lies beside it.
    more_formats : iterable of str
        Other endings: png, pdf.
    """
    dataset = report_data.gather(Path(folder).parent, {}, with_pictures=False)
    write(dataset, folder, ["svg", *more_formats])


def write(dataset, folder, formats=("svg",)):
    """Draw every figure into a folder.

    Parameters
    ----------
    dataset : Dataset
        All sessions.
    folder : path-like
        Is made.
    formats : iterable of str
        Endings of the files: svg, png, pdf.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    judged = judge(dataset)
    for name in report_files.FIGURES:
        with plt.rc_context(STYLE):
            figure = DRAWN_BY[name](dataset, judged)
            for ending in formats:
                path = Path(folder, f"{name}.{ending}")
                figure.savefig(path, metadata=UNDATED.get(ending), bbox_inches="tight", dpi=DPI)
            plt.close(figure)
        # One that was drawn of earlier labels would tell what is no longer so.
        for ending in FORMATS - set(formats):
            Path(folder, f"{name}.{ending}").unlink(missing_ok=True)


def _labelled(dataset):
    return [part for part in dataset.sessions if part.units]


def _empty(text):
    """A figure that says why there is nothing to draw."""
    figure, axes = plt.subplots(figsize=(WIDTH_IN, 1))
    axes.text(0, 0.5, text)
    axes.axis("off")
    return figure


def _draw_yield(dataset, judged):
    """Good units of each session, before and after."""
    parts = _labelled(dataset)
    if not parts:
        return _empty("No session has labels.")
    before, after = (
        np.array([part.row[name] or 0 for part in parts]) for name in ("n_good_before", "n_good")
    )
    places = np.arange(len(parts))
    title = f"{after.sum()} of {dataset.n_units} units are good, {before.sum()} before"
    if len(parts) > MANY_SESSIONS:
        figure, axes = plt.subplots(figsize=(WIDTH_IN, 3))
        axes.vlines(places, before, after, color=BLUE, lw=0.8)
        axes.plot(places, before, "o", ms=2.5, mfc="white", mec=GREY, label="before")
        axes.plot(places, after, "o", ms=2.5, color=BLUE, label="now")
        axes.set(xlabel="session", ylabel="good units", title=title, ylim=(0, None))
    else:
        figure, axes = plt.subplots(figsize=(WIDTH_IN, 0.8 + 0.22 * len(parts)))
        axes.hlines(places, before, after, color=BLUE, lw=1.5)
        axes.plot(before, places, "o", ms=5, mfc="white", mec=GREY, label="before")
        axes.plot(after, places, "o", ms=5.5, color=BLUE, label="now")
        axes.set_yticks(places, [part.id for part in parts])
        axes.set(xlabel="good units", title=title, xlim=(0, None), ylim=(len(parts) - 0.5, -0.5))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _draw_labels(dataset, judged):
    """Units by label before and now."""
    parts = _labelled(dataset)
    if not parts:
        return _empty("No session has labels.")
    units = [unit for part in parts for unit in part.units]
    labels = list(dict.fromkeys([*LABEL_COLOURS, *(unit["label"] for unit in units)]))
    figure, axes = plt.subplots(figsize=(WIDTH_IN, 1.3))
    bars = {}
    for row, column in enumerate(("label_before", "label")):
        left, counts = 0, Counter(unit[column] for unit in units)
        for place, label in enumerate(labels):
            count = counts[label]
            colour = LABEL_COLOURS.get(label, f"C{place}")
            bars[label] = axes.barh(row, count, left=left, color=colour)
            if count > 0.04 * len(units):
                axes.text(left + count / 2, row, count, ha="center", va="center", color="white")
            left += count
    axes.set_yticks([0, 1], ["before", "now"])
    axes.invert_yaxis()
    moved = sum(unit["label"] != unit["label_before"] for unit in units)
    axes.set(xlabel="units", title=f"{moved} of {len(units)} labels are other ones than before")
    axes.legend(bars.values(), bars.keys(), loc="upper left", bbox_to_anchor=(1, 1))
    return figure


class Judged(NamedTuple):
    """What the criteria of the set with most sessions say of its units.

    Attributes
    ----------
    rules : LabelRules
        The criteria.
    texts : list of str
        Every criterion.
    met : bool array (n_units, n_criteria)
        Whether each unit meets it.
    sessions : set of str
        Ids of the sessions of the set.
    """

    rules: object
    texts: list
    met: np.ndarray
    sessions: set


def judge(dataset):
    """What criteria say of the units, from the labels as written; None where there are none.

    Of the criteria set of most sessions, among those that this version can read.

    Parameters
    ----------
    dataset : Dataset
        All sessions.

    Returns
    -------
    judged : Judged or None
    """
    sets = sorted(dataset.sets.values(), key=_fewest_sessions_last)
    sets = [used for used in sets if report_data.plain_rules(used["labels"])]
    if not sets:
        return None
    rules = label_rules.parse_labels(sets[0]["labels"], None)
    texts = [criterion.text for criterion in rules.criteria]
    inside = set(sets[0]["sessions"])
    units = [unit for part in dataset.sessions if part.id in inside for unit in part.units]
    met = np.array([[unit.get(text) == "pass" for text in texts] for unit in units], dtype=bool)
    return Judged(rules, texts, met.reshape(len(units), len(texts)), inside)


def _fewest_sessions_last(used):
    return -len(used["sessions"])


def _draw_costs(dataset, judged):
    """Units that do not meet each criterion, and those that meet all others."""
    if judged is None or not judged.met.size:
        return _empty("No session has labels.")
    texts, met = judged.texts, judged.met
    missed = ~met
    alone = [int((missed[:, k] & (missed.sum(axis=1) == 1)).sum()) for k in range(len(texts))]
    figure, axes = plt.subplots(figsize=(WIDTH_IN, 0.7 + 0.3 * len(texts)))
    places = np.arange(len(texts))
    axes.barh(places, missed.sum(axis=0), color=YELLOW, hatch="////", label="do not meet it")
    axes.barh(places, alone, color=ORANGE, label="miss nothing else")
    axes.set_yticks(places, texts)
    axes.invert_yaxis()
    most = texts[int(np.argmax(missed.sum(axis=0)))]
    axes.set(xlabel="units", title=f"{most} is missed most often")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _draw_together(dataset, judged, most=12):
    """Which criteria are missed together."""
    if judged is None or not judged.met.size or judged.met.all():
        return _empty("Every unit meets every criterion." if judged else "No session has labels.")
    texts, met = judged.texts, judged.met
    rows, counts = np.unique(~met[~met.all(axis=1)], axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    rows, counts = rows[order], counts[order]
    figure, (bars, dots) = plt.subplots(
        2,
        1,
        figsize=(WIDTH_IN, 1.6 + 0.2 * len(texts)),
        sharex=True,
        height_ratios=[2, 0.4 * len(texts)],
    )
    places = np.arange(len(rows))
    bars.bar(places, counts, color=GREY)
    for place, count in zip(places, counts, strict=True):
        bars.text(place, count, count, ha="center", va="bottom")
    bars.set(ylabel="units", title="Units by the criteria that they do not meet together")
    for place, row in zip(places, rows, strict=True):
        hit = np.flatnonzero(row)
        dots.plot([place, place], [hit[0], hit[-1]], color="black", lw=1)
        dots.plot([place] * len(texts), range(len(texts)), "o", ms=4, color="#dfe4e8", zorder=1)
        dots.plot([place] * len(hit), hit, "o", ms=4, color="black")
    dots.set_yticks(range(len(texts)), texts)
    dots.invert_yaxis()
    dots.set_xticks([])
    dots.spines[["bottom", "left"]].set_visible(False)
    return figure


def _draw_distributions(dataset, judged):
    """Each number that a criterion of the set asks for, with its threshold."""
    if judged is None or not judged.met.size:
        return _empty("No session has labels.")
    shown = [check for check in judged.rules.criteria if isinstance(check.target, float)][:12]
    if not shown:
        return _empty("No criterion compares with a number.")
    n_rows = -(-len(shown) // 3)
    figure, axes = plt.subplots(n_rows, 3, figsize=(WIDTH_IN, 2 * n_rows), squeeze=False)
    for ax in axes.flat[len(shown) :]:
        ax.axis("off")
    for ax, check in zip(axes.flat, shown, strict=False):
        values = [
            part.metrics.get(check.metric, np.full(len(part.units), np.nan))
            for part in dataset.sessions
            if part.id in judged.sessions
        ]
        met = judged.met[:, judged.texts.index(check.text)]
        _distribution(ax, check, np.concatenate([np.zeros(0), *values]), met)
    figure.subplots_adjust(wspace=0.45, hspace=0.75)
    return figure


def _distribution(ax, check, values, met):
    """One histogram; units that do not meet the criterion are hatched."""
    met, values = met[np.isfinite(values)], values[np.isfinite(values)]
    values = np.abs(values) if check.absolute else values
    unit = report_data.about(check.metric)["unit"]
    ax.set_xlabel(check.quantity + (f" ({unit})" if unit else ""))
    ax.set_ylabel("units")
    if not len(values):
        ax.set_title("undefined for every unit")
        return
    low, high = np.quantile(values, [0.005, 0.995])
    is_log = values.min() > 0 and np.quantile(values, 0.95) > 40 * np.quantile(values, 0.05)
    if is_log:
        edges = np.geomspace(low, max(high, low * 1.01), 31)
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
    else:
        edges = np.linspace(min(low, 0) if low < 0.5 * high else low, high or 1, 31)
    clipped = np.clip(values, edges[0], edges[-1])
    ax.hist(clipped[~met], edges, color=YELLOW, hatch="////")
    ax.hist(clipped[met], edges, color=BLUE)
    ax.axvline(check.target, color="black", lw=1.2)
    ax.set_title(f"{met.sum()} of {len(met)} meet\n{check.text}", fontsize=8)


def _draw_sessions(dataset, judged):
    """Medians of the numbers that criteria ask for, session by session."""
    if judged is None:
        return _empty("No session has labels.")
    names = [
        name for name in judged.rules.metrics if report_data.about(name)["kind"] in ("float", "int")
    ][:6]
    shown = [(name, report_warnings.medians(dataset, name)) for name in names]
    shown = [(name, by_session) for name, by_session in shown if by_session]
    if not shown:
        return _empty("No session has enough units for a median.")
    figure, axes = plt.subplots(
        len(shown), 1, figsize=(WIDTH_IN, 0.5 + 1.1 * len(shown)), sharex=True, squeeze=False
    )
    for ax, (name, by_session) in zip(axes.flat, shown, strict=True):
        ax.plot(range(len(by_session)), list(by_session.values()), "o", ms=3.5, color=BLUE)
        ax.axhline(np.median(list(by_session.values())), color=GREY, lw=0.8)
        unit = report_data.about(name)["unit"]
        ax.set_ylabel(name.replace("_", " ") + (f"\n({unit})" if unit else ""))
    axes[0, 0].set_title("Median of each session; the line is that of all")
    last, ids = axes[-1, 0], list(shown[-1][1])
    if len(ids) <= MANY_SESSIONS:
        last.set_xticks(range(len(ids)), ids, rotation=90)
    else:
        last.set_xlabel("session")
    return figure


# Each takes the dataset and what the criteria say of its units.
DRAWN_BY = {
    "yield": _draw_yield,
    "labels": _draw_labels,
    "costs": _draw_costs,
    "together": _draw_together,
    "distributions": _draw_distributions,
    "sessions": _draw_sessions,
}
