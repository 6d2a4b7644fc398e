"""What needs a look in a dataset: sessions that failed, and labels that are hardly right."""

from collections import defaultdict

import numpy as np

from goodunits.standing import session_standing

FEW_UNITS = 5
# A session is odd where its median is so many median deviations from that of the sessions.
ODD_DEVIATIONS, ODD_SESSIONS = 6, 6
ODD_METRICS = ("firing_rate", "presence_ratio", "ks_contamination", "amplitude_median_ks")
# Sessions that are nearly alike spread by so much of their median at least.
LEAST_SPREAD = 0.02
SHARED = 0.5


def warnings(dataset):
    """Say what needs a look.

    Parameters
    ----------
    dataset : Dataset
        All sessions.

    Returns
    -------
    warnings : list of dict
        `kind` ("failed", "look", or "note": what a run noted, last), `text`, `sessions` (ids).
    """
    found = [*_not_labelled(dataset), *_no_or_all_good(dataset), *_same_spikes(dataset)]
    found += [*_versions(dataset), *_by_hand(dataset), *_duplicates(dataset)]
    return [*found, *_odd_sessions(dataset), *_notes(dataset)]


def _warning(text, sessions, kind="look"):
    return {"kind": kind, "text": text, "sessions": list(sessions)}


def _not_labelled(dataset):
    """Sessions without labels, by reason."""
    reasons = defaultdict(list)
    for part in dataset.sessions:
        if part.row["status"] != session_standing.LABELLED:
            reasons[part.row["status"], part.row["reason"]].append(part.id)
    for (status, reason), names in sorted(reasons.items(), key=_failed_first):
        kind = "failed" if status == session_standing.FAILED else "look"
        yield _warning(f"{status}: {reason}", names, kind)


def _failed_first(item):
    """Order of reasons: those of failed sessions before all others."""
    (status, reason), _ = item
    return status != session_standing.FAILED, status, reason


def _no_or_all_good(dataset):
    """Sessions where the criteria tell nothing apart."""
    enough = [part for part in dataset.sessions if len(part.units) >= FEW_UNITS]
    none = [part.id for part in enough if not part.row["n_good"]]
    every = [part.id for part in enough if part.row["n_good"] == len(part.units)]
    if none:
        yield _warning("no unit is good", none)
    if every:
        yield _warning("every unit is good", every)


def _same_spikes(dataset):
    """Sessions that hold the same spikes."""
    names = defaultdict(list)
    for part in dataset.sessions:
        files = part.receipt.get("measured", {}).get("files", {})
        if sha := files.get("spike_times.npy", {}).get("sha256"):
            names[sha].append(part.id)
    for same in names.values():
        if len(same) > 1:
            yield _warning("these sessions have the same spike times", same)


def _versions(dataset):
    """Sorts of several versions of Kilosort."""
    names = defaultdict(list)
    for part in dataset.sessions:
        if part.receipt:
            names[part.row.get("kilosort_version", "")].append(part.id)
    if len(names) > 1:
        counts = sorted(names.items(), key=_most_first)
        said = ", ".join(f"{version} ({len(ids)})" for version, ids in counts)
        rest = [name for _, ids in counts[1:] for name in ids]
        yield _warning(f"sorted by several versions of Kilosort: {said}", rest)


def _most_first(item):
    return -len(item[1]), item[0]


def _by_hand(dataset):
    """Sessions where every label counts as a person's although Phy never saved there."""
    names = [
        part.id
        for part in dataset.sessions
        if len(part.units) >= FEW_UNITS
        and part.row["n_manual"] == len(part.units)
        and not (part.receipt.get("found") or {}).get("cluster_info.tsv")
    ]
    if names:
        yield _warning(
            "every unit counts as labelled by hand, though Phy never saved here; the target settle "
            "says whose labels they are",
            names,
        )


def _duplicates(dataset):
    """Pairs of good units that share most of their spikes."""
    pairs = set()
    for part in dataset.sessions:
        good = {int(unit["cluster_id"]) for unit in part.units if unit["label"] == "good"}
        shares, others = (part.metrics.get(f"duplicate_{name}") for name in ("share", "of"))
        if shares is None or others is None:
            continue
        for unit, share, other in zip(part.units, shares, others, strict=True):
            one = int(unit["cluster_id"])
            if share >= SHARED and one in good and other in good:
                pairs.add((part.id, frozenset((one, int(other)))))
    if pairs:
        inside = {session for session, _ in pairs}
        names = [part.id for part in dataset.sessions if part.id in inside]
        text = f"{len(pairs)} pair(s) of good units share half of their spikes or more: one neuron "
        text += "twice, or a unit that holds another's spikes"
        yield _warning(text, names)


def medians(dataset, name):
    """Median of a metric by session.

    Parameters
    ----------
    dataset : Dataset
        All sessions.
    name : str
        Of the metric.

    Returns
    -------
    medians : dict of str to float
        Undefined values left out; without sessions of fewer than FEW_UNITS units, or where the
        metric is undefined for all of them.
    """
    found = {}
    for part in dataset.sessions:
        values = part.metrics.get(name)
        if values is not None and len(values) >= FEW_UNITS and np.isfinite(values).any():
            found[part.id] = float(np.nanmedian(values))
    return found


def _odd_sessions(dataset):
    """Sessions whose median of a telling metric is far from those of the others."""
    for name in ODD_METRICS:
        by_session = medians(dataset, name)
        if len(by_session) < ODD_SESSIONS:
            continue
        values = np.array(list(by_session.values()))
        apart = np.abs(values - np.median(values))
        limit = ODD_DEVIATIONS * max(np.median(apart), LEAST_SPREAD * abs(np.median(values)))
        odd = [session for session, far in zip(by_session, apart > limit, strict=True) if far]
        if limit and odd:
            text = f"the median {name} is far from that of the other sessions"
            own = ", ".join(f"{by_session[session]:.3g}" for session in odd[:6])
            yield _warning(f"{text} ({own}; all of them: {np.median(values):.3g})", odd)


def _notes(dataset):
    """What the runs noted of sessions."""
    names = defaultdict(list)
    for part in dataset.sessions:
        for note in (part.row.get("notes") or "").split(" | "):
            if note:
                names[note].append(part.id)
    for note, ids in names.items():
        yield _warning(note, ids, "note")
