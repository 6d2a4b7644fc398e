"""Label files as Phy, Kilosort and others write them."""

import pytest

from goodunits.base import tsv
from goodunits.base.errors import SessionError


@pytest.mark.parametrize(
    "data",
    [
        b"cluster_id\tgroup\n1\tgood\n12\tmua\n",
        b"cluster_id\tgroup\r\n1\tgood\r\n12\tmua\r\n",
        b"\xef\xbb\xbfcluster_id\tgroup\n1\tgood\n\n12\tmua",
        b"cluster_id,group\n1,good\n12,mua\n",
        b"cluster_id\tother\tgroup\n1.0\tx\tgood\n12.0\ty\tmua\n",
        b"cluster_id\tgroup\n1\tgood\n5\t\n12\t mua \n",
    ],
)
def test_the_same_labels_in_many_guises(data):
    assert tsv.parse_labels(data, "f") == tsv.LabelTable("group", {1: "good", 12: "mua"})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: damaged, the file is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"id\tgroup\n1\tgood\n", "cluster_id column"),
        (b"cluster_id\n1\n", "no label column"),
        (b"cluster_id\tgroup\none\tgood\n", "line 2"),
        (b"cluster_id\tgroup\n1.5\tgood\n", "whole number"),
        (b"cluster_id\tgroup\n-1\tgood\n", "whole number"),
        (b"cluster_id\tgroup\nnan\tgood\n", "whole number"),
        (b"cluster_id\tgroup\ninf\tgood\n", "whole number"),
        (b"cluster_id\tgroup\n1\t" + b"x" * 200000, "line 2: damaged .field larger"),
        (b"cluster_id\tgroup\n1\tgood\n12\tm\0\0\0", "line 3: damaged, holds .*x00"),
        (b"cluster_id\tgroup\n1\tgood\n\0\0\0\0\0\0", "line 3: damaged"),
        (b"cluster_id\tgroup\n1\tgo\x1b[2Jod\n", "line 2: damaged, holds .*x1b"),
        (b"cluster_id\tgroup\n1\tgo\xe2\x80\xa8od\n", "line 2: damaged"),
        (b'cluster_id\tgroup\n1\t"good\n2\tmua\n', "line [23]: damaged"),
        (b'cluster_id\tgroup\n1\t"good\n2\tmu"a\n3\tmua\n', "line [23]: damaged"),
        (b'cluster_id\tgroup\n1\t"good"x\n', "line 2: damaged"),
        (b"cluster_id\tgroup\n1\tgood\n12\tno", "line 3: cut short within the line"),
        (b"cluster_id\tgroup\n1\tgood\n12\t", "line 3: cut short"),
        (b"cluster_id\tgroup\n1\tgood\n1", "line 3: cut short"),
        (b"cluster_id\tgr", "line 1: cut short"),
        (b"cluster_id\tgroup\n1\tgood2\tmua\n", "line 2: damaged, more cells"),
        (b"cluster_id\tgroup\n1\tgood\n1\tmua\n", "line 3: cluster 1 has two labels"),
        (b"cluster_id\tgroup\n1_0\tgood\n", "whole number"),
        (b"cluster_id\tgroup\n" + b"9" * 5000 + b"\tgood\n", "whole number"),
    ],
)
def test_damage_is_one_line_with_the_file(data, said):
    with pytest.raises(SessionError, match=said) as error:
        tsv.parse_labels(data, "cluster_group.tsv")
    assert str(error.value).startswith("cluster_group.tsv") and "\n" not in str(error.value)


def test_a_last_line_without_end():
    start = b"cluster_id\tgroup\n1\tSUA 2\n"
    for label in ("good", "mua", "noise", "unsorted", "SUA 2"):
        data = start + f"2\t{label}".encode()
        assert tsv.parse_labels(data, "f").labels == {1: "SUA 2", 2: label}
    with pytest.raises(SessionError, match="cut short"):
        tsv.parse_labels(start + b"2\tSUA", "f")


def test_labels_of_people_may_be_anything_that_is_text():
    labels = {1: "=1+1", 2: "+", 3: "-0.5", 4: '"quoted"', 5: "µ, ü", 6: "'=x", 7: "‍"}
    data = tsv.format_labels("group", labels)
    assert tsv.parse_labels(data, "f").labels == labels


def test_tables_for_people_hold_no_formula(tmp_path):
    cells = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-x", "-0.5", "+1e-3", "good", -2.5, 3, ""]
    path = tmp_path / "labels.tsv"
    path.write_bytes(tsv.format_results(["cluster_id", "label"], list(enumerate(cells))))
    shown = [line.split("\t")[1].strip('"') for line in path.read_text().splitlines()[1:]]
    assert shown[:4] == ["'=1+1", "'@SUM(A1)", "'+cmd|' /C calc'!A0", "'-x"]
    assert shown[4:] == ["-0.5", "+1e-3", "good", "-2.5", "3", ""]
    _, rows = tsv.read_table(path)
    assert [row["label"] for row in rows] == [str(cell) for cell in cells]


def test_every_cell_of_a_table_for_people_reads_back(tmp_path):
    words = ["=axon", "-1", "-x", "+", "@a", "axon", "", '"a"', "a\tb"]
    cells = [n_quotes * "'" + word for n_quotes in range(4) for word in words]
    path = tmp_path / "labels.tsv"
    path.write_bytes(tsv.format_results(["cluster_id", "label"], list(enumerate(cells))))
    _, rows = tsv.read_table(path)
    assert [row["label"] for row in rows] == cells


def test_what_we_write_is_sorted_plain_and_reads_back():
    data = tsv.format_labels("group", {10: "mua", 9: "good"})
    assert data == b"cluster_id\tgroup\n9\tgood\n10\tmua\n"
    assert tsv.parse_labels(data, "f").labels == {9: "good", 10: "mua"}


def test_real_phy_and_kilosort_files(pristine_sorts):
    phy = (pristine_sorts / "dev_a_curated" / "cluster_group.tsv").read_bytes()
    assert b"\r\n" in phy
    table = tsv.parse_labels(phy, "cluster_group.tsv")
    assert table.column == "group" and set(table.labels.values()) <= {"good", "mua", "noise"}
    kilosort = (pristine_sorts / "dev_b" / "cluster_group.tsv").read_bytes()
    assert tsv.parse_labels(kilosort, "cluster_group.tsv").column == "KSLabel"
