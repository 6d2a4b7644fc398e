"""The store of a session: originals, ledger, state, lock, and how label files are replaced.

Standard library.
"""
