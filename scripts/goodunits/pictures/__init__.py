"""What is drawn of each unit, taken while its spikes are at hand. Numpy; only measuring."""
