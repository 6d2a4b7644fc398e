"""Label files as Phy, Kilosort and others write them."""

import pytest

from goodunits import tsv
from goodunits.errors import SessionError


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
        (b"\xff\xfe", "not UTF-8"),
        (b"id\tgroup\n1\tgood\n", "cluster_id column"),
        (b"cluster_id\n1\n", "no label column"),
        (b"cluster_id\tgroup\none\tgood\n", "line 2"),
        (b"cluster_id\tgroup\n1.5\tgood\n", "whole number"),
        (b"cluster_id\tgroup\n-1\tgood\n", "whole number"),
        (b"cluster_id\tgroup\nnan\tgood\n", "whole number"),
        (b"cluster_id\tgroup\ninf\tgood\n", "whole number"),
        (b"cluster_id\tgroup\n1\t" + b"x" * 200000, "not a table"),
    ],
)
def test_damage_is_one_line_with_the_file(data, said):
    with pytest.raises(SessionError, match=said) as error:
        tsv.parse_labels(data, "cluster_group.tsv")
    assert str(error.value).startswith("cluster_group.tsv") and "\n" not in str(error.value)


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
