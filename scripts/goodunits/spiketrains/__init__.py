"""Spikes of all units, sorted once; lags, coincidences, counts in bins. Numpy; only measuring."""
