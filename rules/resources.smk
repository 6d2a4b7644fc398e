"""What a job asks a cluster for; a retry asks for more (attempt 1, 2, ...).

Measured with Kilosort sorts of up to 16 million spikes: see profiles/README.md. No rules here.
"""


def light_mem_mb(wildcards, attempt):
    """Memory of a step that reads small files, in MB; Snakemake itself takes most of it."""
    return 750 * attempt


def light_runtime(wildcards, attempt):
    """Time limit of a step that reads small files, in minutes; for slow disks and a held lock."""
    return 15 * attempt


def measuring_mem_mb(wildcards, input, attempt):
    """Memory to measure a session, in MB: about twice its spike files, and some to spare."""
    return int(750 + 3 * input.size_mb) * attempt


def measuring_runtime(wildcards, input, attempt):
    """Time limit to measure a session, in minutes: far above the seconds it takes on a local disk."""
    return int(15 + input.size_mb / 50) * attempt


def joining_mem_mb(wildcards, input, attempt):
    """Memory to join the tables of all sessions, in MB."""
    return int(750 + 4 * input.size_mb) * attempt
