"""The target learn on real sorts: it reads what people decided in Phy, and changes nothing."""

from helpers import contents


def test_decisions_of_phy_are_compared_and_no_folder_is_touched(changeable):
    before = contents(changeable.dataset)
    labels = (changeable.folder / "results/dev_a_curated/labels.tsv").read_bytes()
    said = changeable.succeed("learn")
    assert "labels by Phy: 5 of " in said and "in 1 session(s), 1 of them good" in said
    assert "score: too little to learn from: 5 labelled unit(s) in 1 session(s)" in said
    assert contents(changeable.dataset) == before
    assert (changeable.folder / "results/dev_a_curated/labels.tsv").read_bytes() == labels
    rows = [row for row in changeable.table("agreement.tsv") if row["against"] == "criteria"]
    assert {row["session"] for row in rows} == {"all sessions", "dev_a_curated"}
    assert {row["n_units"] for row in rows} == {"5"}
    chosen = changeable.table("label_next.tsv")
    assert {row["session"] for row in chosen} == {"dev_a_curated", "dev_b", "dev_c", "dev_a"}
    units = {(row["session"], row["cluster_id"]) for row in changeable.table("units.tsv")}
    assert {(row["session"], row["cluster_id"]) for row in chosen} < units
    # what we wrote is no decision of a person: a second run and a second look find the same five
    changeable.succeed("all", options=["--forceall"])
    assert "labels by Phy: 5 of " in changeable.succeed("learn")


def test_labels_of_a_file_and_a_file_that_is_not_there(changeable):
    rows = changeable.table("units.tsv")
    lines = [f"{row['session']}\t{row['cluster_id']}\t{row['label_before']}" for row in rows]
    path = changeable.folder / "labels of anna.tsv"
    path.write_text("\n".join(["session\tcluster_id\tanna", *lines]) + "\n")
    said = changeable.succeed("learn", config=[f"learn={{labels: '{path.name}'}}"])
    assert f"labels by labels of anna.tsv: {len(rows)} of {len(rows)} units" in said
    assert changeable.table("label_next.tsv") == []  # all are labelled
    done = changeable.run("learn", config=["learn={labels: 'nobody-{session}.tsv'}"])
    assert done.returncode != 0
    assert "'nobody-{session}.tsv': no such file" in done.stdout
    assert "Traceback" not in done.stdout
    done = changeable.run("learn", config=["learn={label: x}"])
    assert done.returncode != 0 and "did you mean 'labels'" in done.stdout
