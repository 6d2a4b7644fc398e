"""What a job says on the terminal of its run. Standard library only."""

import os
import sys

# Environment variable by which a run says that it tells itself which session failed, and why.
TOLD_ELSEWHERE = "GOODUNITS_RUN_TELLS_FAILURES"


def say(text):
    """Print one line on the terminal, in place of the run's line of progress if that is there."""
    start = "\r\x1b[K" if os.environ.get(TOLD_ELSEWHERE) and sys.stderr.isatty() else ""
    print(f"{start}goodunits: {text}", file=sys.stderr, flush=True)
