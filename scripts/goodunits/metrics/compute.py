"""The metrics of one session: which groups to compute, on what, and why a value is missing."""

import functools
import logging
from dataclasses import dataclass

import numpy as np

from goodunits.base.errors import ConfigError, SessionError, in_words, nearest
from goodunits.catalogue import all_metrics
from goodunits.kilosort import unit_templates
from goodunits.metrics import (
    amplitudes,
    bursts,
    drift,
    duplicates,
    isolation,
    ks_refractory,
    merge_candidates,
    metric_column,
    pairs,
    pc_spread,
    presence,
    rates,
    refractory_period,
    similarity,
    sorter_label,
    synchrony,
    templates,
)
from goodunits.metrics.metric_column import Column
from goodunits.result_files import metrics_tsv
from goodunits.spiketrains import coincidence, loops, pair_lags
from goodunits.spiketrains.unit_spikes import UnitSpikes, group_by_unit

# A file that was not written to its end may hold zeros in its place.
MAX_AT_ONE_TIME = 10_000
# The module of a group has its name, and a function `group` that takes Inputs and gives columns
# (dict of str to Column) and notes (list of str).
GROUP_FUNCTIONS = {
    module.__name__.rpartition(".")[2]: module.group
    for module in (
        rates,
        presence,
        ks_refractory,
        sorter_label,
        refractory_period,
        synchrony,
        duplicates,
        bursts,
        amplitudes,
        drift,
        templates,
        similarity,
        isolation,
        pc_spread,
        pairs,
    )
}


@dataclass(frozen=True)
class MetricsTable:
    """Metrics of one session.

    Attributes
    ----------
    unit_ids : int64 array (n_units,)
        Cluster ids that have spikes, ascending.
    columns : dict of str to float64 array or list (n_units,)
        Values by metric name, in the order of the catalogue; NaN (float) or None (other kinds)
        where undefined.
    undefined : dict of int to dict of str to str
        Reason by unit id and metric name; only units with an undefined metric.
    notes : list of str
        Things worth saying about the session (those of the session itself are not repeated).
    spikes : UnitSpikes
        The spikes by unit.
    merge_candidates : list of merge_candidates_tsv.Candidate
        Pairs that may be one neuron; none without metrics of the group `pairs`.
    inputs : Inputs
        What they were computed from.
    """

    unit_ids: np.ndarray
    columns: dict
    undefined: dict
    notes: list
    spikes: UnitSpikes
    merge_candidates: list
    inputs: object


@dataclass(frozen=True)
class Inputs:
    """What the functions of the groups may read.

    Attributes
    ----------
    sort : Sort
        The sort.
    spikes : UnitSpikes
        Its spikes by unit.
    parameters : dict
        The `metrics` block of the configuration.
    ks_labels : dict of int to str or None
        Kilosort's original labels.
    """

    sort: object
    spikes: UnitSpikes
    parameters: dict
    ks_labels: dict | None

    @functools.cached_property
    def lags(self):
        """Pairs of spikes of each unit by lag, a LagCounts."""
        return pair_lags.count_lags(self.spikes, self.sort.sampling_frequency_hz)

    @functools.cached_property
    def in_time_order(self):
        """All spikes in time order, a TimeOrdered."""
        sort = self.sort
        return coincidence.in_time_order(
            sort.spike_samples, sort.spike_clusters, self.spikes.unit_ids
        )

    @functools.cached_property
    def families(self):
        """Templates that each unit is made of, as `waves_files.parents` gives."""
        return unit_templates.parents(self.spikes, self.sort.spike_templates)

    @functools.cached_property
    def coincident(self):
        """Pairs of almost simultaneous spikes, and the columns of the group `duplicates`."""
        return duplicates.coincident(self)

    @functools.cached_property
    def amplitudes(self):
        """Columns and notes of the group `amplitudes`."""
        return amplitudes.columns_and_notes(self)

    @functools.cached_property
    def pairs(self):
        """What is known of all pairs of units, as `pairs.pairs_of` gives."""
        return pairs.pairs_of(self)

    @property
    def n_samples(self):
        """Length of the recording in samples."""
        return round(self.sort.recording_duration_s * self.sort.sampling_frequency_hz)


def compute_metrics(sort, parameters, ks_labels, names=None):
    """Compute the metrics of one session.

    Parameters
    ----------
    sort : Sort
        As loaded by `sort_files.read_sort`.
    parameters : dict
        The `metrics` block of the configuration: every parameter by metric and name.
    ks_labels : dict of int to str or None
        Kilosort's original label by cluster id; None if there is no such file.
    names : iterable of str, optional
        Metrics to compute; without it, all those that are cheap.

    Returns
    -------
    MetricsTable

    Raises
    ------
    ConfigError
        If a metric is not in the catalogue or a parameter is missing.
    SessionError
        If far too many spikes have the same time.
    """
    names = _checked_names(names)
    _check_parameters(names, parameters)
    spikes = group_by_unit(sort.spike_samples, sort.spike_clusters)
    inputs = Inputs(sort, spikes, all_metrics.typed(parameters), ks_labels)
    _check_times(inputs.in_time_order.samples)
    found, notes = {}, list(filter(None, [loops.note(len(spikes.samples))]))
    if not spikes.in_time_order:
        notes.append("spike_times.npy: spikes are not in time order; they were sorted by time")
    for group in dict.fromkeys(all_metrics.METRICS[name].group for name in names):
        columns, group_notes = _columns_of(group, inputs)
        found |= columns
        notes += group_notes
    columns = {name: found[name].values for name in names}
    undefined = {}
    for name in names:
        for row, reason in found[name].reasons.items():
            undefined.setdefault(int(spikes.unit_ids[row]), {})[name] = reason
    undefined = dict(sorted(undefined.items()))
    candidates = _merge_candidates(names, inputs)
    return MetricsTable(spikes.unit_ids, columns, undefined, notes, spikes, candidates, inputs)


def _merge_candidates(names, inputs):
    """Pairs that may be one neuron, if the metrics of pairs were computed and could be."""
    wanted = any(all_metrics.METRICS[name].group == "pairs" for name in names)
    try:
        with np.errstate(all="ignore"):
            return merge_candidates.candidates(inputs.pairs[0]) if wanted else []
    except Exception:  # the notes on the group `pairs` have said why
        return []


def _columns_of(group, inputs):
    """Columns and notes of a group; a fault in its own files never stops the session."""
    if not all_metrics.GROUPS[group].files:
        return GROUP_FUNCTIONS[group](inputs)
    try:
        with np.errstate(all="ignore"):  # of values that are no measurements; seen in the columns
            columns, notes = GROUP_FUNCTIONS[group](inputs)
        return {name: _finite_or_reason(column) for name, column in columns.items()}, notes
    except Exception as error:
        logging.getLogger(__name__).exception("group %s", group)
        names = [name for name, metric in all_metrics.METRICS.items() if metric.group == group]
        int_names = [name for name in names if all_metrics.METRICS[name].kind == "int"]
        files = ", ".join(all_metrics.GROUPS[group].files)
        return metric_column.all_undefined(
            names, "file_unusable", inputs.spikes.n_units, int_names
        ), [f"{files}: damaged ({in_words(error)}); metrics of the group {group} are left out"]


def _finite_or_reason(column):
    """The column; a value that came out infinite or not a number is undefined."""
    if isinstance(column.values, list):
        return column
    odd = set(np.flatnonzero(~np.isfinite(column.values)).tolist()) - set(column.reasons)
    if not odd:
        return column
    values = np.where(np.isfinite(column.values), column.values, np.nan)
    return Column(values, {**dict.fromkeys(odd, "file_unusable"), **column.reasons})


def write_metrics(table, path):
    """Write a MetricsTable as metrics.tsv (read it with `metrics_file.read_metrics`)."""
    metrics_tsv.write_rows(path, table.unit_ids, table.columns, table.undefined)


def _checked_names(names):
    """Wanted metrics in the order of the catalogue."""
    if names is None:
        return all_metrics.names_by_default()
    wanted = set(names)
    unknown = sorted(wanted - set(all_metrics.METRICS))
    if unknown:
        raise ConfigError(
            [f"unknown metric '{name}'{nearest(name, all_metrics.METRICS)}" for name in unknown]
        )
    return tuple(name for name in all_metrics.METRICS if name in wanted)


def _check_times(samples):
    """No time has more spikes than any sort can have: comparing all of them would take hours."""
    equal = samples[MAX_AT_ONE_TIME:] == samples[:-MAX_AT_ONE_TIME]
    if np.any(equal):
        raise SessionError(
            f"spike_times.npy: more than {MAX_AT_ONE_TIME} spikes at sample "
            f"{samples[np.flatnonzero(equal)[0]]}; the file is damaged, sort again or restore it"
        )


def _check_parameters(names, parameters):
    """Every parameter of the groups of these metrics has a value."""
    groups = {all_metrics.METRICS[name].group for name in names}
    missing = [
        f"metrics.{metric.name}.{item.name}: no value, expected {item.description}"
        for metric in all_metrics.METRICS.values()
        if metric.group in groups
        for item in metric.parameters
        if item.name not in (parameters.get(metric.name) or {})
    ]
    if missing:
        raise ConfigError(missing)
