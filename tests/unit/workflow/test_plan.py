"""What a dry run says: few lines for any number of sessions."""

import json
from types import SimpleNamespace

import pytest

from goodunits.workflow import dry_run

CARD = {"name": "isolated", "scorecard": "isolated", "version": "1", "sha256": "a", "n_metrics": 3}
STEPS = ("backup_labels", "compute_metrics", "apply_thresholds", "write_phy")


def settings(*lines, **more):
    """Settings of labels as a receipt records them."""
    labels = [{"good": {"all": sorted(lines)}}, {"mua": "rest"}]
    base = {"criteria": "labels", "labels": labels, "manual_curation": "keep", "phy_columns": []}
    return {**base, **more}


@pytest.fixture
def run(tmp_path):
    """A hundred sessions, none of them treated yet."""
    sessions = {f"m{i:03}": None for i in range(100)}
    now = json.dumps(settings("firing_rate >= 2"))
    metrics = json.dumps({"names": ["firing_rate"], "parameters": {}})
    return SimpleNamespace(
        sessions=sessions,
        results=tmp_path,
        phy_text={session: now for session in sessions}.get,
        metrics_text=metrics.__str__,
    )


def test_a_hundred_sessions_in_a_few_lines(run):
    for i, session in enumerate(run.sessions):
        if i >= 40:
            (run.results / session).mkdir()
            receipt = {"settings": settings(f"firing_rate >= {i}")}
            (run.results / session / "written.json").write_text(json.dumps(receipt))
    jobs = [(rule, session, "Missing output files") for session in run.sessions for rule in STEPS]
    said = dry_run.text([*jobs, ("summarize", None, ""), ("all", None, "")], run).splitlines()
    assert len(said) < 15
    assert "100 of 100 session(s) would run (backup of 100, metrics of 100" in said[0]
    assert "then summarize" in said[0]
    assert said[1] == "  new: 40 sessions"
    assert "  and 52 more" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (settings("a >= 1"), settings("a >= 2"), ["threshold a: 1 -> 2"]),
        (settings("a >= 1"), settings("a > 1"), ["added: a > 1", "removed: a >= 1"]),
        (settings("a >= 1", "b"), settings("a >= 1"), ["criterion of good removed: b"]),
        (settings(), settings(manual_curation="fill"), ["manual_curation: keep -> fill"]),
        (settings(), settings(phy_columns=["a"]), ["phy_columns: none -> a"]),
        (settings(), settings(labels=[{"mua": "rest"}]), ["class good removed"]),
        (settings("a"), settings(labels=[{"mua": "rest"}, {"good": {"all": ["a"]}}]), ["order"]),
        (settings("a"), settings("a"), []),
        (settings(), settings(scorecards=[CARD]), ["scorecard isolated added"]),
        (settings(scorecards=[CARD]), settings(), ["scorecard isolated removed"]),
        (
            settings(scorecards=[CARD]),
            settings(scorecards=[CARD | {"sha256": "b", "version": "2"}]),
            ["scorecard isolated: version 1 -> 2"],
        ),
        (
            settings(scorecards=[CARD]),
            settings(scorecards=[CARD | {"sha256": "b"}]),
            ["scorecard isolated: its points changed"],
        ),
        (
            settings(scorecards=[CARD, CARD | {"name": "mine"}]),
            settings(scorecards=[CARD | {"name": "mine"}, CARD]),
            ["the order of the scorecards changed"],
        ),
    ],
)
def test_settings_that_changed(old, new, said):
    changes = dry_run.settings_changes(old, new)
    assert len(changes) == len(said)
    for change, words in zip(changes, said, strict=True):
        assert words in change


def test_parameters_and_metrics_that_changed():
    new = {"names": ["a", "b"], "parameters": {"a": {"bin_s": 60.0, "same": 1.0}}}
    old = {"a": {"bin_s": 300.0, "same": 1.0}, "c": {}}
    assert dry_run.metrics_changes(["a", "c"], old, new) == [
        "parameter a.bin_s: 300 -> 60",
        "metrics added: b",
        "metrics left out: c",
    ]
