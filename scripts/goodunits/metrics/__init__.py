"""The metrics: one module per group, with the stem of its records in `catalogue`.

Numpy; only the step that measures enters.
"""
