"""The report without a browser: what it is made of, what needs a look, what changed."""

import hashlib
import json
import re
import shutil

import numpy as np
import pytest

import made_report
from goodunits.base import tsv
from goodunits.report import (
    report_changes,
    report_data,
    report_files,
    report_page,
    report_payload,
    report_warnings,
)
from real_sorts import PROJECT

PAGE = [PROJECT / "report" / "page" / name for name in report_files.PAGE]
PRESETS = [PROJECT / "presets" / name for name in report_files.PRESETS]


def make(results, now=made_report.TIME):
    """Text of the report of a results folder."""
    report_page.write(results, PAGE, PRESETS, results / "none.json", now)
    return (results / report_page.NAME).read_text(encoding="utf-8")


def head_of(text):
    """What the page knows of the dataset."""
    return json.loads(re.search(r'id="head">(.*?)</script>', text, re.DOTALL)[1])


@pytest.fixture
def results(tmp_path):
    """Results of two sessions."""
    rows = [made_report.session(tmp_path, name, 12, seed) for seed, name in enumerate("ab")]
    made_report.table(tmp_path, rows)
    return tmp_path


def test_the_vendored_library_is_the_one_of_its_author():
    vendor = PROJECT / "report" / "page" / "vendor"
    lines = (vendor / "SHA256SUMS").read_text().split("\n")
    known = dict(reversed(line.split("  ")) for line in lines if line)
    assert set(known) == {path.name for path in vendor.glob("uPlot*")}
    for name, sha in known.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == sha, name


def test_every_file_of_the_page_and_every_preset_is_used():
    page = PROJECT / "report" / "page"
    there = {path.relative_to(page).as_posix() for path in page.rglob("*.*") if path.is_file()}
    unused = {"vendor/README.md", "vendor/uPlot.LICENSE"}
    assert there - unused == set(report_files.PAGE)
    assert {path.name for path in (PROJECT / "presets").glob("*.yaml")} == set(report_files.PRESETS)


def test_the_page_can_load_nothing(results):
    text = make(results)
    assert "default-src 'none'" in text
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", text)
    assert "@import" not in text and "url(http" not in text


def test_the_same_results_make_the_same_page(results):
    assert make(results) == make(results)


def test_without_any_session_there_is_a_page(tmp_path):
    made_report.table(tmp_path, [])
    assert "There is no session here yet" in make(tmp_path)


@pytest.mark.parametrize(
    "gone", ["written", "unit_pictures.npz", "written.json", "written/labels.tsv"]
)
def test_what_is_missing_of_a_session_never_hides_the_others(results, gone):
    path = results / "a" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    sessions = {one["id"]: one for one in head_of(make(results))["sessions"]}
    assert sessions["b"]["n"] == 12
    assert sessions["a"]["n"] == (12 if gone == "unit_pictures.npz" else 0)


def test_pictures_of_other_units_are_not_shown(results):
    path = results / "a" / "unit_pictures.npz"
    with np.load(path) as file:
        pictures = {name: file[name] for name in file.files}
    np.savez(path, **{**pictures, "unit_ids": pictures["unit_ids"] + 1})
    ids = [int(row["cluster_id"]) for row in tsv.read_table(results / "a/written/labels.tsv")[1]]
    assert report_data.read_pictures(path, ids) == {}
    assert report_data.read_pictures(results / "b" / "unit_pictures.npz", []) == {}


SIZES = {"all bits": 1, "32 bits": 30_001, "fewer": 80_001}


@pytest.mark.parametrize("n_units", SIZES.values(), ids=SIZES)
def test_each_value_keeps_its_side_of_a_threshold(n_units):
    random = np.random.default_rng(0)
    near = 0.2 + np.concatenate([random.normal(0, 10.0**-k, 200) for k in range(1, 17)])
    close = np.array([0.2, np.nextafter(0.2, 0), np.nextafter(0.2, 1), np.nan, 5.0, np.inf, *near])
    part = report_data.SessionPart(
        {"session": "a"}, {}, {}, units=[{}] * len(close), metrics={"m": close}
    )
    shown = report_payload.number_column("m", [part], [0.2], n_units)
    limit = shown.dtype.type(0.2)
    assert ((shown < limit) == (close < 0.2)).all() and ((shown > limit) == (close > 0.2)).all()
    np.testing.assert_allclose(shown, close, rtol=1e-5)
    if n_units == 1:
        np.testing.assert_array_equal(shown, close)


@pytest.mark.parametrize("n_units", SIZES.values(), ids=SIZES)
def test_whole_numbers_stay_as_they_are(n_units):
    ids = np.array([0, 3, 262_145, 1_234_567, np.nan])
    part = report_data.SessionPart({"session": "a"}, {}, {}, units=[{}] * 5, metrics={"m": ids})
    shown = report_payload.number_column("m", [part], [], n_units)
    np.testing.assert_array_equal(shown, ids)


def texts(dataset):
    """Warnings as text with their sessions."""
    return [(one["text"], one["sessions"]) for one in report_warnings.warnings(dataset)]


def test_sessions_that_need_a_look(tmp_path):
    def all_good(columns):
        n = len(columns["firing_rate"])
        columns |= {"ks_refractory": [True] * n, "ks_contamination": [0.0] * n}
        columns |= {"firing_rate": [5.0] * n, "presence_ratio": [1.0] * n}

    def none_good(columns):
        columns["firing_rate"] = [0.01] * len(columns["firing_rate"])

    rows = [
        made_report.session(tmp_path, "full", 9, 1, change=all_good),
        made_report.session(tmp_path, "none", 9, 2, change=none_good, version="4.0.30"),
        made_report.session(tmp_path, "twin", 9, 2, change=none_good),
        made_report.session(tmp_path, "hand", 9, 3, by_hand=[(k, "mua") for k in range(9)]),
        {"session": "gone", "status": "failed", "reason": "compute_metrics: no such file"},
    ]
    made_report.table(tmp_path, rows)
    found = texts(report_data.gather(tmp_path, {}))
    assert ("failed: compute_metrics: no such file", ["gone"]) in found
    assert ("every unit is good", ["full"]) in found
    assert any(text == "no unit is good" and {"none", "twin"} <= set(ids) for text, ids in found)
    assert ("these sessions have the same spike times", ["none", "twin"]) in found
    assert any("4.0.30 (1)" in text and ids == ["none"] for text, ids in found)
    assert any("by hand" in text and ids == ["hand"] for text, ids in found)


def test_the_odd_session_is_named(tmp_path):
    def rate(hz):
        def change(columns):
            columns["firing_rate"] = [hz + k / 100 for k in range(len(columns["firing_rate"]))]

        return change

    rates = {"a": 2.0, "b": 2.1, "c": 1.9, "d": 2.0, "e": 2.2, "f": 2.0, "odd": 40.0}
    rows = [
        made_report.session(tmp_path, n, 9, k, change=rate(hz))
        for k, (n, hz) in enumerate(rates.items())
    ]
    made_report.table(tmp_path, rows)
    found = texts(report_data.gather(tmp_path, {}))
    assert [ids for text, ids in found if "median firing_rate" in text] == [["odd"]]
    assert any("(40; all of them: 2.04)" in text for text, _ in found)


def test_good_units_that_share_spikes_are_one_neuron_twice(tmp_path):
    def twins(columns):
        n = len(columns["firing_rate"])
        columns |= {"ks_refractory": [True] * n, "ks_contamination": [0.0] * n}
        columns |= {"firing_rate": [5.0] * n, "presence_ratio": [1.0] * n}
        columns |= {"duplicate_share": [0.0] * n, "duplicate_of": [None] * n}

    row = made_report.session(tmp_path, "a", 6, 1, change=twins)
    path = tmp_path / "a" / "written" / "metrics.tsv"
    header, *lines = path.read_text().rstrip("\n").split("\n")
    cells = [line.split("\t") for line in lines]
    share, of = (header.split("\t").index(f"duplicate_{name}") for name in ("share", "of"))
    for one, other in ((0, 1), (1, 0)):
        cells[one][share], cells[one][of] = "0.9", cells[other][0]
    path.write_text("\n".join([header, *map("\t".join, cells)]) + "\n")
    made_report.table(tmp_path, [row])
    found = texts(report_data.gather(tmp_path, {}))
    assert [ids for text, ids in found if text.startswith("1 pair(s) of good units")] == [["a"]]


def test_changes_against_the_last_other_labels(results):
    assert head_of(make(results, "2026-01-01"))["changes"] is None
    strict = {"good": {"all": ["firing_rate >= 1000"]}, "mua": "rest"}
    rows = [made_report.session(results, name, 12, k, labels=strict) for k, name in enumerate("ab")]
    lost = sum(
        unit["label"] == "good"
        for part in report_data.gather(results, {}).sessions
        for unit in tsv.read_table(results / part.id / "written" / "labels.tsv")[1]
    )
    made_report.table(results, rows)
    first = head_of(make(results, "2026-01-02"))["changes"]
    assert first["since"] == "2026-01-01"
    assert first["lost"] > lost == first["gained"] == 0
    assert "criterion of good removed: ks_refractory" in first["causes"]
    again = head_of(make(results, "2026-01-03"))["changes"]
    assert again == first


def test_a_label_that_moved_has_its_cause(tmp_path):
    def labelled(by_hand=(), labels=None):
        row = made_report.session(tmp_path, "a", 12, 1, labels=labels, by_hand=by_hand)
        made_report.table(tmp_path, [row])
        return row["n_good"], {
            unit: label for unit, label in made_report.units_of(tmp_path, "a")[2].items()
        }

    strict = {"good": {"all": ["firing_rate >= 1000"]}, "mua": "rest"}
    then, before = labelled()
    make(tmp_path, "2026-01-01")
    now, after = labelled([(0, "noise"), (5, "noise")], strict)
    changes = head_of(make(tmp_path, "2026-01-02"))["changes"]
    assert (changes["good_then"], changes["good_now"]) == (then, now)
    moved = {unit: cause for _, unit, _, _, cause in changes["units"]}
    assert moved.keys() == {unit for unit in after if before[unit] != after[unit]}
    ids = sorted(after)
    assert {unit for unit, cause in moved.items() if cause == "by hand"} == {ids[0], ids[5]}
    assert changes["causes"][-1] == "labelled by hand: 2 unit(s)"
    labelled([], strict)
    changes = head_of(make(tmp_path, "2026-01-03"))["changes"]
    assert {unit: cause for _, unit, _, _, cause in changes["units"]} == {
        ids[0]: "taken back",
        ids[5]: "taken back",
    }


@pytest.mark.parametrize("policies", [("keep", "overwrite"), ("overwrite", "keep")])
def test_a_label_that_overwrite_hides_was_neither_given_nor_taken_back(policies):
    """The report says that `manual_curation` changed, and not that somebody did something."""
    snapshots = []
    for policy in policies:
        is_kept = policy == "keep"
        snapshots.append(
            {
                "time": policy,
                "labels": {"a": {"0": "noise" if is_kept else "good"}},
                "settings": {"labels": {"manual_curation": policy, "labels": []}},
                "by_hand": {"a": ["0"] if is_kept else []},
                "hidden": {"a": [] if is_kept else ["0"]},
            }
        )
    said = report_changes.difference(*snapshots)
    assert said["causes"] == [f"manual_curation: {policies[0]} -> {policies[1]}"]
    assert [cause for *_, cause in said["units"]] == ["criteria"]


def test_a_damaged_memory_of_the_last_report_is_none(results):
    make(results)
    (results / report_changes.KEPT).write_bytes(b"no gzip")
    assert head_of(make(results))["changes"] is None


def test_methods_are_shown_where_they_were_made(results):
    (results / "methods.md").write_text("We labelled <b>units</b>.")
    assert "We labelled &lt;b&gt;units&lt;/b&gt;." in make(results)


def test_a_score_is_a_metric_of_the_page(tmp_path):
    row = made_report.session(tmp_path, "a", 3)
    path = tmp_path / "a" / "written" / "labels.tsv"
    header, rows = tsv.read_table(path)
    header = [*header, "score", "score_undefined"]
    told = [[*unit.values(), f"0.{k}", k] for k, unit in enumerate(rows, start=2)]
    path.write_bytes(tsv.format_results(header, told))
    receipt = json.loads((tmp_path / "a" / "written.json").read_text())
    receipt["settings"]["labels"] = {"good": {"all": ["score >= 0.3"]}, "mua": "rest"}
    (tmp_path / "a" / "written.json").write_text(json.dumps(receipt))
    made_report.table(tmp_path, [row])
    head = head_of(make(tmp_path))
    assert [one["name"] for one in head["metrics"]][0] == "score"
    assert "score_undefined" not in [one["name"] for one in head["metrics"]]
    assert head["sets"]["labels"]["rules"]["metrics"] == ["score"]
    (part,) = report_data.gather(tmp_path, {}).sessions
    assert part.metrics["score"].tolist() == [0.2, 0.3, 0.4]


@pytest.mark.parametrize("n_words", [1, 254, 255, 256, 300])
def test_there_may_be_any_number_of_words(n_words):
    cells = [f"word {place}" for place in range(n_words)]
    words, codes = report_payload.word_column(["", *cells])
    assert words == cells
    assert codes.tolist() == [n_words, *range(n_words)]


def test_sessions_that_failed_come_first(tmp_path):
    rows = [
        {"session": name, "status": status, "reason": "why", "folder": name}
        for name, status in (("a", "changed"), ("b", "failed"), ("c", "not labelled"))
    ]
    made_report.table(tmp_path, rows)
    dataset = report_data.gather(tmp_path, {})
    kinds = [found["kind"] for found in report_warnings.warnings(dataset)]
    assert kinds == ["failed", "look", "look"]


def test_a_change_in_one_of_two_sets_of_a_name_is_a_cause(results):
    """The run of one session was stopped before it got the new criteria."""
    make(results, "2026-01-01")
    strict = {"good": {"all": ["firing_rate >= 1000"]}, "mua": "rest"}
    made_report.session(results, "a", 12, 0, labels=strict)
    changes = head_of(make(results, "2026-01-02"))["changes"]
    assert any("criterion of good removed: ks_refractory" in cause for cause in changes["causes"])
