"""Names of the tables that the target `learn` writes beside the results. Standard library only."""

AGREEMENT, LOOK_AGAIN, LABEL_NEXT = "agreement.tsv", "agreement_units.tsv", "label_next.tsv"
# What stands for a session in rows over all of them.
ALL_SESSIONS = "all sessions"
