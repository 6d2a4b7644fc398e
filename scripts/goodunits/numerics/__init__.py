"""Plain mathematics of arrays that several metrics share. Numpy; only measuring."""
