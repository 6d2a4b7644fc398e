"""Install goodunits into .venv/, so that what goes wrong is said in one line.

    python3 scripts/install.py          what a run needs
    python3 scripts/install.py dev      what the tests need, too
    python3 scripts/install.py cluster  what profiles/slurm and profiles/generic need, too

The same by hand, after `python3 -m venv .venv`:

    .venv/bin/pip install -r requirements.txt -c constraints.txt

Written so that a Python of any age can read it, to say that it is too old. Standard library only.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KINDS = {
    "": "requirements.txt",
    "dev": "requirements-dev.txt",
    "cluster": "requirements-cluster.txt",
}
NEEDED_MB = 1500
NEWER = (
    "take a newer one that is there (python3.13 scripts/install.py), or get one without "
    "administrator: 'pip install --user uv', then 'python3 -m uv venv --seed --python 3.13 .venv' "
    "and '.venv/bin/python scripts/install.py'"
)
WSL = (
    "goodunits runs in Linux or macOS, and on Windows in WSL: 'wsl --install -d Ubuntu-24.04' "
    "once, then the same commands there (docs/systems.md)"
)


def main(words):
    """Install what a kind of use needs; give the exit code."""
    kind = words[0] if words else ""
    if len(words) > 1 or kind not in KINDS:
        return say(
            "unknown words {0}; expected nothing, 'dev' or 'cluster'".format(" ".join(words))
        )
    problem = what_is_wrong(os.name, sys.version_info, PROJECT)
    if problem:
        return say(problem)
    python = os.path.join(PROJECT, ".venv", "bin", "python")
    problem = made_environment(python) or installed(python, KINDS[kind])
    return say(problem) if problem else 0


def say(problem):
    """Say in one line what is wrong."""
    sys.stderr.write("goodunits: " + problem + "\n")
    return 1


def what_is_wrong(system, version, project):
    """Why nothing can be installed here, in one line; None if it can."""
    if system == "nt":
        return "this is a Python of Windows itself; " + WSL
    if tuple(version[:2]) < OLDEST:
        found = "{0}.{1}".format(*version[:2])
        return (
            "this is Python {0} ({1}), expected 3.11 or newer; ".format(found, sys.executable)
            + NEWER
        )
    if not os.access(project, os.W_OK):
        return (
            "{0}: cannot be written, so .venv has no place; clone into a folder of your own".format(
                project
            )
        )
    return what_is_missing(project) or want_of_space(project)


def what_is_missing(project):
    """Which files a download has left out, in one line; None if all are there."""
    for name, is_there in (("requirements.txt", has_text), ("demo/sorts.tar.xz", is_archive)):
        path = os.path.join(project, name)
        if not is_there(path):
            return (
                "{0}: missing or not whole (a partial download, or a pointer of git-lfs); "
                "'git checkout -- {1}' or clone again".format(path, name)
            )
    return None


def has_text(path):
    """Whether there is a file with anything in it."""
    return os.path.isfile(path) and os.path.getsize(path) > 0


def is_archive(path):
    """Whether there is an archive of the kind of the demo's."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as archive:
        return archive.read(6) == b"\xfd7zXZ\x00"


def want_of_space(project):
    """Say that the disk is full, or None."""
    free_mb = shutil.disk_usage(project).free // 10**6
    if free_mb >= NEEDED_MB:
        return None
    return "{0}: {1} MB free, expected {2} for .venv; make room, or clone to a larger disk".format(
        project, free_mb, NEEDED_MB
    )


def made_environment(python):
    """Make .venv where there is none; one line where that fails, else None."""
    venv = os.path.dirname(os.path.dirname(python))
    if os.path.exists(python):
        found = output_of([python, "-c", "import sys; print(sys.version_info >= (3, 11))"])
        if found[0] == 0 and found[1].strip() == "True":
            return None
        return "{0}: made with another Python than 3.11 or newer, or broken; remove it".format(venv)
    code, said = output_of([sys.executable, "-m", "venv", venv])
    if code == 0:
        return None
    shutil.rmtree(venv, ignore_errors=True)
    if "ensurepip" in said or "No module named" in said:
        version = "{0}.{1}".format(*sys.version_info[:2])
        return (
            "this Python comes without venv; 'sudo apt install python{0}-venv', or: "
            "pip install --user uv; {1}".format(version, NEWER.split(", then ")[-1])
        )
    return "{0}: cannot be made ({1})".format(venv, last_line(said))


def installed(python, requirements):
    """Install by pip; one line where that fails, else None."""
    command = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["-r", requirements, "-c", "constraints.txt"]
    code, said = output_of(command, PROJECT, shown=True)
    return None if code == 0 else why_pip_failed(said)


def why_pip_failed(said):
    """One line for the output of a pip that failed."""
    signs = (
        (
            ("from versions: none", "Connection", "Proxy", "Timeout", "SSLError", "Impossible"),
            "the packages could not be fetched: no way to the package index; behind a proxy set "
            "HTTPS_PROXY, without network take the packages from elsewhere (docs/systems.md)",
        ),
        (
            ("No space left", "Disk quota exceeded", "Errno 28", "Errno 122"),
            "no space left for .venv or for pip's own files; make room, or set TMPDIR and "
            "PIP_CACHE_DIR to a larger disk",
        ),
        (
            ("No matching distribution",),
            "a package has no version for this Python or this machine; take Python 3.11 to 3.14 on "
            "Linux, macOS or WSL (docs/systems.md)",
        ),
    )
    for words, problem in signs:
        if any(word in said for word in words):
            return problem
    return "pip failed: {0}".format(last_line(said))


def output_of(command, folder=None, shown=False):
    """Exit code and all output of a command; with `shown` what it fetches goes to the terminal."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        if shown and line.startswith(("Collecting", "Installing", "Successfully")):
            sys.stdout.write(line[:100].rstrip() + "\n")
            sys.stdout.flush()
    return process.wait(), "".join(lines)


def last_line(text):
    """Last line of a text that says anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing was said"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
