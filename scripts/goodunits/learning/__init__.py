"""Learn from labels that people gave: how well the criteria agree with them, and what would better.

Beside the two wings: it reads results (metrics.tsv, found.json) and label files, uses numpy, and is
entered by the target `learn` only. It writes tables and fragments of configuration, and nothing
that the labelling itself reads.
"""
