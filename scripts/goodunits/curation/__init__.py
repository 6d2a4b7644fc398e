"""Whose a label is: Kilosort's, a person's or ours; and which one follows. Standard library."""
