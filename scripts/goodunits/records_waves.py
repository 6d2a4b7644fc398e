"""Records of the metrics of amplitudes, positions, templates and PC features.

Standard library only.
"""

GROUPS = ()

RECORDS = ()
