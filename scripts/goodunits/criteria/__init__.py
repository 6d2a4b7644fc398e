"""Criteria as the owner writes them: reading, judging, saying why. Pure; standard library."""
