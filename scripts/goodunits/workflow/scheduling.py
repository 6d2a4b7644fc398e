"""One wake-up of Snakemake's scheduler at a time."""

import threading


class WakeUp:
    """A timer that is set only while none is running.

    Parameters
    ----------
    wake : callable
        Called without arguments when the time is over.
    """

    def __init__(self, wake):
        self._wake, self._timer = wake, None

    def __call__(self, delay_s):
        """Wake up in so many seconds, unless that is to happen anyway."""
        if self._timer is None:
            self._timer = threading.Timer(delay_s, self._ring)
            # A run that is over does not wait for it.
            self._timer.daemon = True
            self._timer.start()

    def _ring(self):
        # First, so that whoever is woken can set the next one.
        self._timer = None
        self._wake()


def one_wake_up_at_a_time(scheduler):
    """Let each round of Snakemake's scheduler set a timer only where none is running.

    So that `--max-jobs-per-timespan` (100 a second unless said otherwise) holds nothing up, each
    round looks again a timespan later. Snakemake (9.14 to 9.27) gives each round a timer of its own
    and each timer a round, and every job that ends begins such a chain (its pull request 3744).
    While jobs are ready no chain ends, so that after some hundred jobs the main process does little
    else.

    Parameters
    ----------
    scheduler : snakemake.scheduling.job_scheduler.JobScheduler
        Before its first round. Without the attributes that this needs, it is left as it is.
    """
    wake = getattr(getattr(scheduler, "_open_jobs", None), "release", None)
    if wake and hasattr(scheduler, "_schedule_reevalutation"):
        scheduler._schedule_reevalutation = WakeUp(wake)
