"""Errors for the user, safe files, small tables, `.npy` headers: every room may use it.

Standard library; numpy only in `npy_array`.
"""
