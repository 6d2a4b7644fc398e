"""Targets that cannot be meant are said in one line."""

import errno
import os

import pytest

from goodunits.base.errors import GoodunitsError
from goodunits.workflow.command_line import check_storage, check_targets, check_words, in_words

RULES = ["all", "preview", "restore", "restore_last", "summarize", "verify"]
SESSIONS = {"mouse1": None, "mouse2": None}


def check(*words):
    """Check some targets."""
    check_words(words)
    check_targets(words, RULES, SESSIONS, "results/")


@pytest.mark.parametrize(
    "word", ["preview", "results/mouse1/labels.tsv", "results/units.tsv", "elsewhere/made.tsv"]
)
def test_a_rule_or_a_file_that_may_be_made_is_let_through(word):
    check(word)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("preveiw", "unknown target 'preveiw', did you mean 'preview'?"),
        ("only=m1", "'only=m1' is a setting and no target; put --config before it"),
        ("results/mouse3/labels.tsv", "no session 'mouse3', did you mean 'mouse"),
        ("my.yaml", "settings are given by --configfile my.yaml"),
        ("zzz", "unknown target 'zzz', known: all, preview"),
    ],
)
def test_a_word_that_cannot_be_meant(word, said):
    with pytest.raises(GoodunitsError) as raised:
        check("preview", word)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_is_data_and_no_target(tmp_path):
    with pytest.raises(GoodunitsError, match=f"--config dataset={tmp_path}"):
        check(str(tmp_path))


def test_a_sheet_is_data_and_no_target(tmp_path):
    sheet = tmp_path / "sheet.csv"
    check(str(sheet))
    sheet.write_text("session;path\n")
    with pytest.raises(GoodunitsError, match=f"by --config dataset={sheet}"):
        check(str(sheet))


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOENT, "'git checkout' it"),
        (errno.ENOSPC, "make room there"),
        (errno.EROFS, "make it writable"),
    ],
)
def test_what_the_system_refuses_is_said_with_its_own_cure(number, cure):
    said = in_words(OSError(number, os.strerror(number), "/place/config.yaml"))
    assert said.startswith("/place/config.yaml: ")
    assert cure in said


def test_a_storage_provider_is_refused():
    check_storage(None)
    with pytest.raises(GoodunitsError, match="--default-storage-provider s3"):
        check_storage("s3")
