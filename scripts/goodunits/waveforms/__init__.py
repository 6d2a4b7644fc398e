"""Shape, extent and likeness of templates. Pure functions of arrays; numpy, only measuring."""
