"""Tables over all sessions: sessions.tsv, units.tsv, summary.tsv. Standard library."""
