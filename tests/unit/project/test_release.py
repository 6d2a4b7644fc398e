"""scripts/release.py: a release says the same of itself everywhere."""

import importlib.util
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("release", PROJECT / "scripts" / "release.py")
release = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(release)

CHANGELOG = "# Changelog\n\n## 1.2.0 (2027-01-31)\n\n- Better.\n\n## 1.1.0 (2026-12-01)\n"
CITATION = """\
version: 1.2.0
date-released: "2027-01-31"
repository-code: https://example.org/goodunits
"""


def test_all_agree():
    assert release.problems("v1.2.0", CHANGELOG, CITATION) == []


@pytest.mark.parametrize(
    ("tag", "old", "new", "expected"),
    [
        ("1.2.0", "", "", "expected v, then three numbers"),
        ("v1.3.0", "", "", "its first heading is '1.2.0', expected '## 1.3.0 (date)'"),
        ("v1.2.0", "version: 1.2.0", "version: 1.1.0", "version is '1.1.0', expected '1.2.0'"),
        ("v1.2.0", "2027-01-31", "2027-01-30", "date-released is '2027-01-30'"),
        ("v1.2.0", "repository-code", "url", "repository-code is missing"),
    ],
)
def test_each_that_disagrees_is_named(tag, old, new, expected):
    said = release.problems(tag, CHANGELOG, CITATION.replace(old, new) if old else CITATION)
    assert any(expected in line for line in said), said


def test_what_is_not_committed_is_not_released():
    assert release.problems("v1.2.0", CHANGELOG, CITATION, is_clean=False)


def test_an_unreleased_changelog_is_not_released():
    (line, *_) = release.problems("v1.2.0", "# Changelog\n\n## Unreleased\n", CITATION)
    assert "'Unreleased'" in line
