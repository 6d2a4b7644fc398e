"""`--sdm conda`, with a stand-in for conda that gives our own Python as the environment.

The real conda needs a channel to fetch packages from. What is seen here is the rest: Snakemake asks
for one environment from our file, and every step starts in it.
"""

import os
import sys

import pytest
from helpers import PROJECT, SESSION_RULES, Work, write_session
from test_errors import RATE_HZ, regular_train

CONDA = r"""#!/bin/sh
echo "$*" >> {calls}
case "$1 $2" in
  "info --json") echo '{{"conda_prefix": "{base}", "platform": "linux-64"}}' ;;
  "--version ") echo "conda 24.11.0" ;;
  "config --get") echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
  "env create")
    while [ "$1" != --file ]; do shift; done
    cp "$2" {base}/asked.yaml
    while [ "$1" != --prefix ]; do shift; done
    mkdir -p "$2/bin"
    printf '#!/bin/sh\necho "$*" >> {started}\nexec {python} "$@"\n' > "$2/bin/python"
    chmod +x "$2/bin/python" ;;
esac
"""


@pytest.fixture
def conda(tmp_path):
    """Folder of the stand-in, first in PATH."""
    base = tmp_path / "conda"
    (base / "bin").mkdir(parents=True)
    names = {"calls": base / "calls", "started": base / "started", "python": sys.executable}
    program = base / "bin" / "conda"
    program.write_text(CONDA.format(base=base, **names))
    program.chmod(0o755)
    (base / "bin" / "activate").write_text('export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n')
    return base


def test_every_step_starts_in_the_environment_of_the_project(tmp_path, conda):
    write_session(tmp_path / "sorts" / "one", {0: regular_train(4), 3: regular_train(0.5)}, RATE_HZ)
    (tmp_path / "work").mkdir()
    work = Work(tmp_path / "work", tmp_path / "sorts")
    environment = {**os.environ, "PATH": f"{conda / 'bin'}:{os.environ['PATH']}"}
    work.succeed(options=("--sdm", "conda"), env=environment)
    assert [row["status"] for row in work.table("sessions.tsv")] == ["labelled"]
    created = [call for call in (conda / "calls").read_text().splitlines() if "env create" in call]
    assert len(created) == 1
    ours = (PROJECT / "envs" / "goodunits.yaml").read_text(encoding="utf-8")
    assert (conda / "asked.yaml").read_text(encoding="utf-8") == ours
    started = (conda / "started").read_text()
    documents = ("summarize", "methods", "exchange", "ro_crate", "figures", "report")
    for rule in (*SESSION_RULES, *documents):
        assert f"{rule}.py" in started, rule
    again = work.succeed(options=("--sdm", "conda"), env=environment)
    assert "Nothing to be done" in again
