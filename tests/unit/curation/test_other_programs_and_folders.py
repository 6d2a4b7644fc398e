"""Label files that other programs rewrote; one folder in two datasets, or under another name."""

import shutil

import tiny
from goodunits.curation import whose_labels
from goodunits.session_folder import file_names
from goodunits.store import generations


def look(sort):
    """What a run would see now."""
    return whose_labels.read_curation(sort, generations.current_generation(sort))


def test_a_table_that_pandas_wrote_with_its_index(sort, results):
    """Float ids, quotes, other order, a byte order mark: only the label that differs counts."""
    tiny.run(sort, results)
    groups = {**tiny.groups(sort), 2: "noise"}
    rows = [f'"{n}"\t"{i}.0"\t"{label}"\n' for n, (i, label) in enumerate(groups.items())]
    text = '""\t"cluster_id"\t"group"\n' + "".join(reversed(rows))
    tiny.replace(sort / file_names.GROUP_FILE, b"\xef\xbb\xbf" + text.encode())
    assert tiny.decided(sort) == {2: "noise"}


def test_all_labels_in_upper_case(sort, results):
    """Other words than ours, so they are kept; that they may be a program's is said."""
    tiny.run(sort, results)
    head, *rows = (sort / file_names.GROUP_FILE).read_text().splitlines()
    text = "\n".join([head, *(row.upper() for row in rows)]) + "\n"
    tiny.replace(sort / file_names.GROUP_FILE, text.encode())
    assert look(sort).doubts


def test_two_datasets_with_other_criteria_and_policies(sort, tmp_path):
    """Labels by hand between their runs: none is lost or made up."""
    one, two = tmp_path / "one", tmp_path / "two"
    tiny.run(sort, one, least=15)
    tiny.run(sort, two, least=60, policy="overwrite")
    tiny.save_in_phy(sort, u2="noise")
    tiny.run(sort, two, least=60, policy="overwrite")
    assert tiny.decided(sort) == {2: "noise"}
    tiny.run(sort, one, least=15)
    assert tiny.groups(sort) == tiny.by_criteria(sort, 15) | {2: "noise"}
    tiny.save_in_phy(sort, u2="unsorted")
    tiny.run(sort, two, least=60, policy="overwrite")
    tiny.run(sort, one, least=15)
    assert tiny.decided(sort) == {}


def test_results_deleted_and_the_folder_renamed(sort, results, tmp_path):
    """Decisions and labels of before stand, and none is made up."""
    tiny.save_in_phy(sort, u0="noise")
    tiny.run(sort, results)
    shutil.rmtree(results)
    renamed = sort.rename(tmp_path / "renamed")
    tiny.run(renamed, tmp_path / "new", least=60)
    assert tiny.decided(renamed) == {0: "noise"}
    assert look(renamed).labels_before[0] == "noise"


def test_labels_before_are_not_those_of_a_later_decision(sort, results):
    """A person's label of before our first write, else Kilosort's."""
    tiny.save_in_phy(sort, u0="good")
    tiny.run(sort, results)
    tiny.save_in_phy(sort, u0="noise", u3="noise")
    tiny.run(sort, results)
    before = look(sort).labels_before
    assert before[0] == "good" and before[3] == "good"
