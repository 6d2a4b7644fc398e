"""How a session stands: its folder against what was written of it. Standard library."""
