"""Label files for Phy: written, put back, settled, and their history.

Standard library.
"""
