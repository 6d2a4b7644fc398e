"use strict";
/* Charts over one continuous axis, by uPlot: the sweep of a threshold, and what changes over time. */
(function () {
  const { el, rules } = gu;
  const POINTS = 81;
  const charts = new Set();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* A chart in a box: options and data come anew whenever colours or widths change. */
  gu.lineChart = function (box, make) {
    let chart = null;
    const kept = { box, redraw };
    function redraw() {
      if (chart) chart.destroy();
      const { options, data } = make(Math.max(box.clientWidth, 200), colour);
      chart = new uPlot({ ...options, pxAlign: 0 }, data, box);
      chart.root.querySelector("canvas").setAttribute("aria-hidden", "true");
    }
    redraw();
    charts.add(kept);
    return kept;
  };
  function again() {
    for (const kept of charts) if (kept.box.isConnected) kept.redraw(); else charts.delete(kept);
  }
  gu.resized.add(again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { gu.redrawAll(); again(); });

  const font = "12px system-ui, sans-serif";
  gu.axisOptions = (colour, label, size) => ({ stroke: colour("--quiet"), font, labelFont: font, label, labelSize: 18, size, gap: 3,
    grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--quiet"), width: 1, size: 4 }, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : gu.number(tick))) });

  gu.Sweep = class {
    constructor(parent, card) {
      this.card = card;
      this.heading = el("h5", {}, "Good units over the threshold");
      this.box = el("div", { class: "over-time" });
      this.reading = el("p", { class: "read" });
      this.details = el("details", {}, el("summary", {}, "Numbers"));
      this.details.addEventListener("toggle", () => this.table());
      parent.append(el("figure", { "aria-label": "Number of good units over the threshold of " + card.check.metric }, el("figcaption", {}, this.heading), this.box, this.reading, this.details));
      this.compute();
      this.chart = gu.lineChart(this.box, (width, colour) => this.make(width, colour));
    }

    compute() {
      const { card } = this, { bins, check } = card;
      const all = Array.from({ length: POINTS }, (_, k) => bins.edge((bins.n * k) / (POINTS - 1)));
      const canMark = isFinite(check.target) && (!bins.isLog || check.target > 0);
      this.thresholds = [...new Set(canMark ? [...all, check.target] : all)].sort((a, b) => a - b);
      this.counts = card.view.explorer.sweep(check, this.thresholds);
      const here = this.thresholds.indexOf(check.target);
      const most = Math.max(...this.counts);
      this.marked = this.thresholds.map((_, k) => (k === here ? this.counts[k] : null));
      this.read(null);
      this.heading.textContent = most === Math.min(...this.counts) ? "No threshold changes the yield" : Math.min(...this.counts) + " to " + most + " " + card.view.explorer.target + " units over all thresholds";
    }

    /* What the chart says where the pointer is; without one, at the threshold set. */
    read(place) {
      const { check, view } = this.card, at = place === null || place === undefined ? this.thresholds.indexOf(check.target) : place;
      this.reading.textContent = at < 0 ? "" : "at " + gu.number(this.thresholds[at]) + ": " + this.counts[at] + " " + view.explorer.target + " units";
    }

    redraw() { this.compute(); this.chart.redraw(); this.table(); }

    table() {
      if (this.details.children[1]) this.details.children[1].remove();
      if (this.details.open) this.details.append(el("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Numbers of the sweep" }, gu.plainTable(["threshold", "good units"], this.thresholds.map((t, k) => [Number(t.toPrecision(4)), this.counts[k]]))));
    }

    make(width, colour) {
      const { card } = this, unit = card.column.about.unit, name = gu.withUnit("threshold", unit && "(" + unit + ")");
      return { data: [this.thresholds, this.counts, this.marked], options: {
        width, height: 150, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } }, hooks: { setCursor: [(chart) => this.read(chart.cursor.idx)] },
        scales: { x: { time: false, distr: card.bins.isLog ? 3 : 1 }, y: { range: (_, low, high) => [0, Math.max(high * 1.08, 1)] } },
        axes: [{ ...gu.axisOptions(colour, name, 30), grid: { show: false } }, gu.axisOptions(colour, "units", 42)],
        series: [{}, { stroke: colour("--good"), width: 2, points: { show: false } },
          { stroke: colour("--ink"), points: { show: true, size: 9, fill: colour("--ink") } }],
      } };
    }
  };
})();
