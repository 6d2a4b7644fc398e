"""Code in the documentation, run as it stands there."""

import re
import subprocess
import sys

from helpers import PROJECT, Work, write_config

CONFIG = """\
labels:
  noise: {any: [n_spikes < 100, ks_q12 > 0.99]}
  good: {all: [firing_rate >= 1, presence_ratio >= 0.6, sliding_rp_violation <= 0.1]}
  mua: rest
"""


def snippet(page, words):
    """Code of the first block of Python behind some words of a page."""
    text = (PROJECT / page).read_text(encoding="utf-8").split(words)[1]
    return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]


def test_which_criterion_fails_most(tmp_path, sort_folder):
    dataset = sort_folder("dev_b").parent
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", dataset, configfile=write_config(tmp_path / "c.yaml", CONFIG))
    work.succeed()
    code = snippet("docs/troubleshooting.md", "**No unit is good.**")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=work.folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = dict(re.findall(r"^(\w+ [<>=]+ [\d.]+) +(\d+)$", done.stdout, re.MULTILINE))
    rows = [row for row in work.table("dev_b/labels.tsv") if row["label_criteria"] == "mua"]
    ours = ("firing_rate >= 1", "presence_ratio >= 0.6", "sliding_rp_violation <= 0.1")
    expected = {name: sum(row[name] in ("fail", "undefined") for row in rows) for name in ours}
    assert {name: int(count) for name, count in said.items()} == expected
    assert any(row["sliding_rp_violation <= 0.1"] == "undefined" for row in rows)
    # Each criterion that is counted stands in the reason of as many units.
    for name, count in expected.items():
        metric, needs = name.split(" ", 1)
        named = [row for row in rows if re.search(rf"\b{metric} .*?needs {needs}", row["reason"])]
        assert len(named) == count
