"""See that a release says the same of itself everywhere: the tag, CHANGELOG.md and CITATION.cff.

    python scripts/release.py v1.0.0    before `git tag v1.0.0`; an error for all that disagrees

Standard library only.
"""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"v(\d+\.\d+\.\d+)")


def problems(tag, changelog, citation, is_clean=True):
    """What keeps a tag from being given.

    Parameters
    ----------
    tag : str
        Such as v1.0.0.
    changelog, citation : str
        Texts of CHANGELOG.md and CITATION.cff.
    is_clean : bool
        Whether everything is committed.

    Returns
    -------
    problems : list of str
    """
    if not (match := TAG.fullmatch(tag)):
        return [f"tag '{tag}': expected v, then three numbers, such as v1.0.0"]
    version, said = match[1], []
    heading = re.search(r"^## (\S+)(?: \((\S+)\))?$", changelog, re.MULTILINE)
    first, date = heading.groups() if heading else (None, None)
    if first != version:
        said.append(f"CHANGELOG.md: its first heading is '{first}', expected '## {version} (date)'")
    for key, expected in (("version", version), ("date-released", date)):
        found = re.search(rf'^{key}: "?([^"\n]*)"?$', citation, re.MULTILINE)
        if not found or found[1] != expected:
            held = f"'{found[1]}'" if found else "missing"
            said.append(f"CITATION.cff: {key} is {held}, expected '{expected}'")
    if not re.search(r"^repository-code: \S", citation, re.MULTILINE):
        said.append("CITATION.cff: repository-code is missing, expected the public address")
    if not is_clean:
        said.append("there are changes that are not committed")
    return said


def main(words):
    """Check the release of a tag; give the exit code."""
    if len(words) != 1:
        print("expected one word, the tag: python scripts/release.py v1.0.0", file=sys.stderr)
        return 1
    texts = [(PROJECT / name).read_text("utf-8") for name in ("CHANGELOG.md", "CITATION.cff")]
    command = ["git", "-C", str(PROJECT), "status", "--porcelain"]
    changed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    said = problems(words[0], *texts, not changed)
    for line in said:
        print(f"release: {line}", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
