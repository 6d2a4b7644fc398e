"""What a Kilosort folder holds to measure: sort, settings, probe, templates, PC features.

Numpy; only the step that measures enters.
"""
