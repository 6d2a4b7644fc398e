"""What Kilosort and Phy left in a session folder, as far as labels go.

Reads only; standard library.
"""
