"""One module for each file beside the results of a session. Standard library."""
