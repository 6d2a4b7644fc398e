"""The groups of metrics of amplitudes, positions, templates and PC features."""

GROUP_FUNCTIONS = {}
