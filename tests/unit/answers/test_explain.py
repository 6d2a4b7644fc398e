"""What explain says of a unit, and of one that is not there."""

import json
import shutil

import pytest

import tiny
from goodunits.answers import explain_units
from goodunits.base import files
from goodunits.base.errors import GoodunitsError
from goodunits.curation import curation_record, label_units, whose_labels
from goodunits.result_files import metrics_tsv
from goodunits.store import generations

BLOCK = {
    "noise": {"any": ["n_spikes < 15", "ks_contamination > 0.9"]},
    "good": {"all": ["n_spikes >= 35", "ks_contamination < 0.2"]},
    "mua": "rest",
}
CONTAMINATION = {0: 0.05, 1: 0.3, 2: None, 3: 0.1, 5: 0.0, 6: 0.0}
WHY = {2: {"ks_contamination": "too_few_spikes"}}


@pytest.fixture
def labelled(tmp_path):
    """A tiny sort, written, with a decision of a person since; as the rule explain gets it."""
    folder, results = tiny.make_sort(tmp_path / "sort"), tmp_path / "results"
    receipt = tiny.run(folder, results)
    phy = tiny.Phy(folder)
    phy.label(1, "noise")
    phy.save()
    receipt = {**tiny.run(folder, results), "settings": settings("deep"), "notes": ["a note"]}
    files.write_atomically(results / "written.json", json.dumps(receipt).encode())
    (results / "labels.json").write_text(json.dumps(settings("labels")))
    columns = {"n_spikes": list(tiny.SIZES.values()), "ks_contamination": [*CONTAMINATION.values()]}
    metrics_tsv.write_rows(results / "metrics.tsv", list(tiny.SIZES), columns, WHY)
    label(folder, results, BLOCK)
    return ("one", folder, results, results / "labels.json")


def settings(name):
    """Settings of a write, as its receipt keeps them."""
    return {"criteria": name, "manual_curation": "keep", "labels": BLOCK}


def label(folder, results, block, policy="keep"):
    """Write labels.tsv by some label rules, as a preview does too."""
    seen = whose_labels.read_curation(folder, generations.current_generation(folder))
    files.write_atomically(results / "found.json", curation_record.to_json(seen).encode())
    rows, undefined = metrics_tsv.read_metrics(results / "metrics.tsv")
    table = label_units.label_units(rows, undefined, block, policy, seen)
    files.write_atomically(results / "labels.tsv", table)


def parts(text):
    """Lines of each part of what is said of one unit."""
    found, name = {}, None
    for line in text.splitlines()[1:]:
        name = line[2:11].strip() or name
        found.setdefault(name, []).append(" ".join(line[12:].split()))
    return found


def answer(sessions, session, unit):
    """What explain prints; what it could not answer is raised."""
    texts, problems = explain_units.answers(sessions, session, unit)
    if problems:
        raise GoodunitsError("; ".join(problems))
    return "\n\n".join(texts)


def test_a_unit_labelled_by_hand(labelled):
    said = parts(answer([labelled], None, 1))
    assert said["label"] == ["noise, by a person"]
    assert said["labels"][0] == "before: good; Kilosort: good; criteria: mua"
    assert said["labels"][1] == "in the folder now: noise (group: noise)"
    assert said["people"] == ["noise, by hand"]
    events = [line.split()[1] for line in said["history"]]
    assert events == ["backup", "write", "decisions", "write"]
    assert said["history"][1].endswith("group none -> good")
    assert said["history"][3].endswith("group good -> noise")
    assert said["notes"] == ["a note"]


def test_criteria_with_value_threshold_and_margin(labelled):
    said = parts(answer([labelled], "one", "1"))
    assert said["criteria"][0].startswith("set 'deep', manual_curation keep, written 2")
    assert set(said["criteria"][1:]) == {
        "fail n_spikes < 15 n_spikes 70 (margin -55, -367%)",
        "fail ks_contamination > 0.9 ks_contamination 0.3 (margin -0.6, -67%)",
        "pass n_spikes >= 35 n_spikes 70 (margin +35, +100%)",
        "fail ks_contamination < 0.2 ks_contamination 0.3 (margin -0.1, -50%)",
    }


def test_the_classes_above_say_what_was_lacking(labelled):
    said = parts(answer([labelled], "one", [1, 6]).split("\n\n")[0])["classes"]
    assert said[0].startswith("not noise: ") and "needs < 15" in said[0]
    assert said[1] == "not good: ks_contamination 0.3, needs < 0.2"
    assert said[2] == "mua: all others"
    said = parts(answer([labelled], "one", 6))["classes"]
    assert said == ["noise: meets a criterion of noise: n_spikes 10, meets < 15"]


def test_a_criterion_without_value_says_why(labelled):
    said = parts(answer([labelled], "one", 2))["criteria"]
    undefined = [line for line in said if line.startswith("undefined")]
    assert len(undefined) == 2
    assert all(line.endswith("ks_contamination undefined (too_few_spikes)") for line in undefined)


def test_criteria_of_a_preview_are_told_from_those_written(labelled):
    _, folder, results, now = labelled
    other = {"good": {"all": ["n_spikes >= 60"]}, "mua": "rest"}
    label(folder, results, other)
    now.write_text(json.dumps({**settings("labels"), "labels": other}))
    said = parts(answer([labelled], None, 0))
    assert said["criteria"][0].endswith("the criteria below are others, of a preview since")
    assert said["labels"][1].endswith("(group: good); a run would change it")
    assert said["classes"][0] == "not good: n_spikes 40, needs >= 60"
    now.write_text("{}")
    said = parts(answer([labelled], None, 0))
    assert said["classes"] == ["the rules that made these labels are not known any more"]


def keep_made_from(results):
    """Let the receipt know the labels.tsv that was written, as rule write_phy does."""
    receipt = json.loads((results / "written.json").read_text())
    receipt["made_from"] = {"labels.tsv": files.sha256_file(results / "labels.tsv")}
    (results / "written.json").write_text(json.dumps(receipt))


def test_a_preview_of_the_same_criteria_put_together_otherwise(labelled):
    """`all` became `any`: the classes are told by the rules that made the label."""
    _, folder, results, now = labelled
    keep_made_from(results)
    other = {**BLOCK, "good": {"any": BLOCK["good"]["all"]}}
    now.write_text(json.dumps({**settings("labels"), "labels": other}))
    said = parts(answer([labelled], None, 5))
    assert said["label"] == ["mua, by the criteria"], "no preview yet"
    assert said["classes"][1].startswith("not good") and "preview" not in said["criteria"][0]
    label(folder, results, other)
    said = parts(answer([labelled], None, 5))
    assert said["label"] == ["good, by the criteria"]
    assert said["classes"][1].startswith("good: ")
    assert said["criteria"][0].endswith("the criteria below are others, of a preview since")


def test_a_preview_with_another_policy(labelled):
    """A label that only `overwrite` gives is not said to be of the last write."""
    _, folder, results, now = labelled
    keep_made_from(results)
    label(folder, results, BLOCK, "overwrite")
    now.write_text(json.dumps({**settings("labels"), "manual_curation": "overwrite"}))
    said = parts(answer([labelled], None, 1))
    assert said["label"] == ["mua, by the criteria"]
    newer = "the label is of a preview since, with manual_curation overwrite"
    assert said["criteria"][0].endswith(newer)


@pytest.mark.parametrize(
    ("session", "unit", "reason"),
    [
        ("ones", 1, "session 'ones' is not in the dataset, did you mean 'one'?"),
        ("one,two", 1, "session 'two': no labels yet; run snakemake"),
        (None, 1, "session: say which, such as --config session=mouse1 unit=37"),
        ("one", None, "unit: say which, such as --config unit=37"),
        ("one", 4, "unit 4: not among the 6 units of session 'one'; nearest: 2, 3, 5"),
        ("one", "x", "unit 'x': expected a cluster id, such as unit=37"),
        ("one", [0, -1], "unit '-1': expected a cluster id"),
    ],
)
def test_what_is_not_there_is_named_in_one_line(labelled, tmp_path, session, unit, reason):
    other = ("two", tmp_path / "sort2", tmp_path / "results2", tmp_path / "none")
    with pytest.raises(GoodunitsError) as caught:
        answer([labelled, other], session, unit)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_session_does_not_list_thousands(labelled):
    many = [(f"mouse{i}", *labelled[1:]) for i in range(3000)]
    with pytest.raises(GoodunitsError) as caught:
        answer(many, "zzz", 1)
    assert str(caught.value) == "session 'zzz' is not in the dataset of 3000 sessions"


def test_the_unit_0_is_a_unit(labelled):
    assert answer([labelled], None, 0).startswith("one unit 0: ")


def test_a_damaged_session_keeps_no_other_from_its_answer(labelled, tmp_path):
    copy = tmp_path / "results2"
    shutil.copytree(labelled[2], copy)
    for name, text in {
        "written.json": '{"settings": 7, "sort_id": []}',
        "found.json": "[]",
    }.items():
        files.write_atomically(copy / name, text.encode())
    missing = ("three", tmp_path / "sort3", tmp_path / "results3", tmp_path / "none")
    sessions = [missing, ("two", labelled[1], copy, labelled[3]), labelled]
    texts, problems = explain_units.answers(sessions, "three,two,one", "1,4")
    assert [text.partition(":")[0] for text in texts] == ["one unit 1"]
    assert [problem.partition(":")[0] for problem in problems[:2]] == [
        "session 'three'",
        "session 'two'",
    ]
    assert problems[2].startswith("unit 4: not among the 6 units of session 'one'; nearest: ")
    assert not any("\n" in problem for problem in problems)
