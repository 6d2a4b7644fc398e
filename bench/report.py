"""Cost of the report: CPU time and size to make it, time to paint it, and a step of a slider.

Usage: python bench/report.py FOLDER [sessions] [units]. Needs Chromium and websocket-client for the
last two.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

import made_report  # noqa: E402
from browser import chromium  # noqa: E402
from goodunits.config import yaml_file  # noqa: E402
from goodunits.report import report_files, report_page  # noqa: E402
from goodunits.scorecards import card  # noqa: E402

DIFFERENT = 200  # sessions that are made; further ones are copies of them
STEP = """
(() => {
  const card = gu.view.cards.find((one) => one.slider), times = [];
  for (let k = 20; k < 60; k++) {
    card.slider.value = String(2 * k);
    const start = performance.now();
    card.check.target = card.valueAt(2 * k);
    gu.view.update();
    card.updateSplit();
    document.body.offsetHeight;
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[20];
})()
"""
N_STEPS = 40
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def make_results(results, n_sessions, n_units):
    """Write the results of many sessions."""
    rows = []
    shipped = yaml_file.load_yaml(PROJECT / "presets" / "scorecards" / "isolated.yaml")
    cards = {"isolated": card.from_plain(shipped)}
    for number in range(n_sessions):
        name = f"mouse{number // 10:02d}_day{number % 10}_{number}"
        if number < DIFFERENT:
            rows.append(made_report.session(results, name, n_units, number, cards=cards))
        else:
            like = rows[number % DIFFERENT]
            shutil.copytree(results / like["session"], results / name, dirs_exist_ok=True)
            rows.append({**like, "session": name})
    own = {row["session"]: {"mouse": row["session"][:7]} for row in rows}
    made_report.table(results, rows, own)


def make_report(results):
    """Seconds of CPU to make the page."""
    page = [PROJECT / "report" / "page" / name for name in report_files.PAGE]
    presets = [PROJECT / "presets" / name for name in report_files.PRESETS]
    start = time.process_time()
    report_page.write(results, page, presets, results / "none.json")
    return time.process_time() - start


def look(path):
    """Milliseconds to the first paint, until all is drawn, and of a step of a slider."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = chromium.Page(folder)
        start = time.perf_counter()
        page.open(path)
        ready_ms = 1000 * (time.perf_counter() - start)
        page.call("Performance.enable", timeDomain="threadTicks")
        before = metrics(page)
        wall_ms = page.run(STEP)
        cpu_ms = 1000 * (metrics(page)["TaskDuration"] - before["TaskDuration"]) / N_STEPS
        paint_ms = page.run(PAINT)
        page.close()
    return paint_ms, ready_ms, cpu_ms, wall_ms


def metrics(page):
    """Seconds of CPU that the page's thread has spent, by kind of work."""
    return {one["name"]: one["value"] for one in page.call("Performance.getMetrics")["metrics"]}


def main():
    """Print one line of numbers."""
    results = Path(sys.argv[1])
    n_sessions, n_units = (int(word) for word in (*sys.argv[2:4], 200, 300)[:2])
    results.mkdir(parents=True, exist_ok=True)
    if not (results / "sessions.tsv").exists():
        make_results(results, n_sessions, n_units)
    cpu_s = make_report(results)
    path = results / report_page.NAME
    print(f"{n_sessions} x {n_units}: {cpu_s:.1f} s CPU, {path.stat().st_size / 1e6:.1f} MB")
    if chromium.found():
        paint_ms, ready_ms, cpu_ms, wall_ms = look(path)
        print(f"first paint {paint_ms:.0f} ms, all drawn {ready_ms:.0f} ms")
        print(f"step of a slider {cpu_ms:.0f} ms of CPU, {wall_ms:.0f} ms on the clock (median)")


if __name__ == "__main__":
    main()
