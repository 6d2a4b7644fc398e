"""Which versions run. Apart from provenance, because its imports cost more than a light step."""

import platform
import subprocess
from importlib import metadata

PACKAGES = ("snakemake", "numpy", "numba")
# What makes the labels; a table of the user's own in the clone is no change of the project.
CODE = ("Snakefile", "config.yaml", "rules", "scripts", "schemas", "envs")


def package_versions():
    """Versions of Python and the core packages that are installed."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def project_version(folder):
    """Commit of the project's checkout.

    Parameters
    ----------
    folder : path-like
        Folder of the Snakefile.

    Returns
    -------
    record : dict
        `commit` ("unknown" outside a checkout) and `dirty`: whether code of the project was changed
        or added since (None if unknown).
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {"commit": "unknown", "dirty": None}
    changed = _git(folder, "status", "--porcelain", "--", *CODE)
    return {"commit": commit.strip(), "dirty": bool(changed)}


def _git(folder, *words):
    """Output of a git command, None if there is no git or no checkout."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
