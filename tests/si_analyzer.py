"""Hands our spikes to SpikeInterface's own metric functions.

Its sorting is a real NumpySorting. An analyzer needs a recording, which a session does not have, so
this carries the few things that the functions ask of one.
"""

import numpy as np
from spikeinterface.core import NumpySorting


class Analyzer:
    """One segment of spikes with one value per spike, by unit."""

    def __init__(self, session, spikes, by_spike):
        n_units = spikes.n_units
        self.unit_ids = [str(unit_id) for unit_id in spikes.unit_ids]
        self.sampling_frequency = session.sampling_frequency_hz
        self.n_samples = round(session.recording_duration_s * self.sampling_frequency)
        trains = {unit: spikes.train(row) for row, unit in enumerate(self.unit_ids)}
        self.sorting = NumpySorting.from_unit_dict([trains], self.sampling_frequency)
        ordered = np.asarray(by_spike)[spikes.order]
        parts = np.split(ordered, spikes.starts[1:-1]) if n_units > 1 else [ordered]
        self.by_unit = dict(zip(self.unit_ids, parts, strict=True))

    def has_extension(self, name):
        return True

    def get_extension(self, name):
        return self

    def get_data(self, outputs, concatenated, periods):
        return self.by_unit if concatenated else [self.by_unit]

    def get_num_segments(self):
        return 1

    def get_num_samples(self, segment_index):
        return self.n_samples

    def get_total_samples(self):
        return self.n_samples
