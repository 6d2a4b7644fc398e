"""A light step gets from its command line what Snakemake's `script:` would hand it."""

from goodunits import job


def test_words_become_the_parts_of_a_job():
    found = job.from_words(
        ["rule=apply_thresholds", "log=logs/a b.log", "session=s1", 'params.settings={"a": "x=1"}']
        + ["input.metrics=m.tsv", "input.found=f.json", "output.labels=results/s1/labels.tsv"]
    )
    assert (found.rule, found.log, found.wildcards.session) == (
        "apply_thresholds",
        ["logs/a b.log"],
        "s1",
    )
    assert found.params.settings == '{"a": "x=1"}'
    assert (found.input.metrics, found.input[1]) == ("m.tsv", "f.json")
    assert found.output[0] == found.output.labels == "results/s1/labels.tsv"
