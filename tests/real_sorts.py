"""Where the real sorts of the tests lie."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "tests" / "data"
PACKS = {
    "dev_a": DATA / "dev_a.tar.xz",
    "dev_a_curated": PROJECT / "demo" / "sorts.tar.xz",
    "dev_b": PROJECT / "demo" / "sorts.tar.xz",
    "dev_c": PROJECT / "demo" / "sorts.tar.xz",
}
SORTS = tuple(PACKS)
