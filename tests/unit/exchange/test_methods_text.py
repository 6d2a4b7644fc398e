"""The methods text says what the receipts say, and cites what it names."""

import difflib
import json
import re
from pathlib import Path

import pytest

import made_dataset
from goodunits.catalogue import all_metrics
from goodunits.exchange import dataset_record, methods_text, parameters_used, references

CITED = re.compile(r"@([a-z]+[0-9]{4})")


def text_of(*sessions):
    return methods_text.methods(dataset_record.read(list(sessions)))


def test_numbers_versions_and_definitions_come_from_the_receipts(tmp_path):
    said, _ = text_of(made_dataset.label(tmp_path, "a"), made_dataset.label(tmp_path, "b"))
    assert "2 sessions with 6 units had been sorted by Kilosort 4.1.7 [@pachitariu2024]" in said
    assert "commit 0123456789ab)" in said
    assert "NumPy 2.4.6" in said
    assert "firing_rate >= 1 Hz and presence_ratio >= 0.5" in said
    assert "bin_duration_s 300" in said and "Version 2 of the definition" in said
    assert "n_bin_edges not set (bins of bin_duration_s, or min_n_bins shorter ones)" in said
    assert (
        "Of 6 units, 4 were labelled good and 2 were labelled mua; 4 had been good before" in said
    )
    assert "Labels that people had given were kept (2 units)" in said
    assert "CC0 1.0" in said


def test_decisions_on_units_that_are_gone_are_not_counted(tmp_path):
    """A merge removed cluster 99; what was decided of it stays in the receipt."""
    session = made_dataset.label(tmp_path, "a")
    receipt = Path(session[2], "written.json")
    told = json.loads(receipt.read_text())
    told["decisions"]["99"] = "noise"
    receipt.write_text(json.dumps(told))
    said, _ = text_of(session)
    assert "Labels that people had given were kept (1 unit)" in said


def test_mixed_versions_stand_in_one_sentence(tmp_path):
    sessions = [made_dataset.label(tmp_path, name) for name in "abc"]
    sessions.append(made_dataset.label(tmp_path, "d", {"kilosort_version": "4.0.30"}))
    said, _ = text_of(*sessions)
    assert "Kilosort 4.1.7 (3 sessions) and 4.0.30 (1 session)" in said
    assert said.count("## Criteria") == 1


def test_texts_of_two_runs_differ_in_exactly_what_differs(tmp_path):
    other = [{"good": {"all": ["firing_rate >= 2", "presence_ratio >= 0.5"]}}, {"mua": "rest"}]
    before, _ = text_of(made_dataset.label(tmp_path / "1", "a"))
    after, _ = text_of(made_dataset.label(tmp_path / "2", "a", settings={"labels": other}))
    assert changed_words(before, after) == {"1", "2"}
    bins = {"presence_ratio": {"bin_duration_s": 60.0, "n_bin_edges": None}}
    after, _ = text_of(made_dataset.label(tmp_path / "3", "a", {"parameters": bins}))
    assert changed_words(before, after) == {"300,", "60,"}
    after, _ = text_of(made_dataset.label(tmp_path / "4", "a", {"kilosort_version": "4.2.0"}))
    assert changed_words(before, after) == {"4.1.7", "4.2.0"}


def test_what_the_sorts_gave_stands_beside_what_was_not_set(tmp_path):
    labels = [{"good": {"all": ["ks_refractory"]}}, {"mua": "rest"}]

    def measured(threshold):
        parameters = {"ks_refractory": {"acg_threshold": None, "q12_threshold": 0.2}}
        found = {"acg_threshold": threshold, "duplicate_spike_bins": 7}
        return {"parameters": parameters, "sort_settings": found}

    sessions = [
        made_dataset.label(tmp_path, name, measured(0.2), settings={"labels": labels})
        for name in "ab"
    ]
    said, _ = text_of(*sessions)
    assert "The sorts had acg_threshold 0.2." in said and "had duplicate" not in said
    sessions.append(made_dataset.label(tmp_path, "c", measured(0.1), settings={"labels": labels}))
    said, _ = text_of(*sessions)
    assert "0.2 (2 sessions) and 0.1 (1 session)." in said
    set_by_hand = {"parameters": {"ks_refractory": {"acg_threshold": 0.3, "q12_threshold": 0.2}}}
    said, _ = text_of(made_dataset.label(tmp_path, "d", set_by_hand, settings={"labels": labels}))
    assert "The sorts had" not in said


def test_labels_by_score_name_their_scorecard(tmp_path):
    def said(place, sha, *metrics):
        told = {"name": "mine", "scorecard": "isolated", "version": "1", "sha256": sha}
        labels = [{"good": {"all": ["score >= 0.7", *metrics]}}, {"mua": "rest"}]
        settings = {"labels": labels, "scorecards": [told | {"n_metrics": 39}]}
        return made_dataset.label(tmp_path, place, settings=settings)

    text, _ = text_of(said("a", "12ab" * 16, "score.mine < 2"))
    assert "score >= 0.7 and score.mine < 2" in text and "another version" not in text
    for name in ("score", "score.mine"):
        assert f"- `{name}`: " in text
    assert "scorecard `isolated`, version 1" in text and "39 metrics" in text and "12ab12ab" in text
    # Another card is another set of criteria, though the lines are the same.
    text, _ = text_of(said("a", "12ab" * 16), said("b", "34cd" * 16))
    assert text.count("## Criteria") == 2 and "34cd34cd" in text


def changed_words(before, after):
    """Words that only one of two texts has at a place."""
    compared = difflib.ndiff(before.split(), after.split())
    return {line[2:] for line in compared if line[:2] in ("- ", "+ ")}


def test_sets_of_criteria_have_a_section_each(tmp_path):
    other = [{"good": {"all": ["n_spikes > 100"]}}, {"mua": "rest"}]
    settings = {"labels": other, "criteria": "striatum", "manual_curation": "overwrite"}
    said, _ = text_of(
        made_dataset.label(tmp_path, "a"),
        made_dataset.label(tmp_path, "b"),
        made_dataset.label(tmp_path, "c", settings=settings),
    )
    first, second = said.split("## Criteria ")[1:]
    assert first.startswith("`labels` (2 sessions)")
    assert second.startswith("`striatum` (1 session)")
    assert "n_spikes > 100" in second and "n_spikes" not in first
    assert "replaced by those of the criteria" in second


def test_sessions_without_labels_are_named_and_no_path_is(tmp_path):
    said, _ = text_of(made_dataset.label(tmp_path, "a"), made_dataset.unlabelled(tmp_path, "b"))
    assert "1 session: `b` (failed in compute_metrics)" in said
    assert "/home/anna" not in said and str(tmp_path) not in said


def test_nothing_labelled_is_a_text_too(tmp_path):
    said, bibliography = text_of(made_dataset.unlabelled(tmp_path, "b"))
    assert "No session is labelled" in said and "`b`" in said
    assert bibliography == ""


def test_signs_of_markdown_and_html_are_only_text(tmp_path):
    evil = "<script>alert(1)</script> [x](http://y) @hill2011 `code` $a$ _b_"
    said, bibliography = text_of(
        made_dataset.label(tmp_path, "a", settings={"criteria": evil}, project={"commit": evil}),
        made_dataset.label(tmp_path, "b", {"kilosort_version": evil}),
    )
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", said.replace("\\`", ""))
    assert "<script>" not in outside.replace("\\<", "")
    assert "hill2011" not in bibliography
    assert re.search(r"(?<!\\)\[x\]", outside) is None


def test_criteria_of_another_version_are_quoted(tmp_path):
    labels = [{"good": {"all": ["gone_metric > 1"]}}, {"mua": "rest"}]
    said, _ = text_of(made_dataset.label(tmp_path, "a", settings={"labels": labels}))
    assert "gone_metric > 1" in said and "another version" in said


@pytest.mark.parametrize("name", all_metrics.METRICS)
def test_every_metric_can_be_described_and_its_citations_are_known(tmp_path, name):
    kind = all_metrics.METRICS[name].kind
    line = {"bool": name, "label": f"{name} == good"}.get(kind, f"{name} > 0.5")
    labels = [{"good": {"all": [line]}}, {"mua": "rest"}]
    said, bibliography = text_of(made_dataset.label(tmp_path, "a", settings={"labels": labels}))
    cited = set(CITED.findall(said))
    assert cited == set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    assert all(f"doi = {{{references.DOIS[key]}}}" in bibliography for key in cited)
    assert f"- `{name}`: " in said


def test_every_doi_of_the_catalogue_has_an_entry():
    known = {doi.lower() for doi in references.DOIS.values()}
    for metric in all_metrics.METRICS.values():
        for doi in re.findall(r"doi:(10\.\S+?)[;,.]?(?=\s|$)", metric.reference):
            assert doi.lower() in known, metric.name
    assert len(known) == len(references.ENTRIES)
    assert all(re.fullmatch(r"10\.\d{4,}/\S+", doi) for doi in known)


def test_parameters_that_are_shared_exist():
    for name, others in parameters_used.SHARED.items():
        assert name in all_metrics.METRICS
        assert all(all_metrics.METRICS[other].parameters for other in others)
