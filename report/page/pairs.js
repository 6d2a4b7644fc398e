"use strict";
/* Pairs of units that may be one neuron, side by side. */
(function () {
  const { el } = gu;
  const COLOURS = ["var(--g0)", "var(--g1)"];
  const KINDS = { duplicate: "copies", split: "pieces at the same time", drift_split: "pieces one after the other" };

  gu.PairsView = class {
    /* `choose(row)` opens a unit; `panel` is where a pair is shown. */
    constructor(session, block, rows, panel, choose) {
      Object.assign(this, { session, block, rows, panel, choose });
      this.pairs = block.pairs.map((pair) => ({ ...pair, units: pair.rows.map((row) => rows[row]) }));
    }

    list(box) {
      if (!this.pairs.length) return gu.put(box, el("p", { class: "empty" }, "No two units of this session look like one neuron."));
      this.table = gu.table(box, { label: "pairs of " + this.session.id, rows: this.pairs, filter: this.pairs.length > 8, choose: (pair) => this.show(pair), chosen: (pair) => pair === this.shown, columns: [
        { name: "pair", get: (pair) => pair.units.map((unit) => unit.id).join(" and ") },
        { name: "probability", kind: "n", get: (pair) => pair.score },
        { name: "may be", kind: "word", get: (pair) => KINDS[pair.kind] || pair.kind },
        { name: "labels", kind: "word", get: (pair) => pair.units.map((unit) => unit.label).join(", ") },
        { name: "why", kind: "text", get: (pair) => pair.reasons },
      ] });
    }

    /* What to say of one unit: with which others it may be one neuron. */
    ofUnit(box, row) {
      const own = this.pairs.filter((pair) => pair.rows.includes(row));
      gu.put(box, el("h3", {}, own.length ? "May be one neuron with another unit" : "Not alike to another unit"),
        own.length ? el("ul", { class: "plain" }, own.map((pair) => {
          const other = pair.units.find((unit) => unit.row !== row);
          return el("li", {}, el("button", { type: "button", class: "plain", onclick: () => this.show(pair) }, "unit " + other.id + " (" + other.label + "), probability " + gu.number(pair.score)), " " + (KINDS[pair.kind] || pair.kind) + ": " + pair.reasons);
        })) : el("p", { class: "how" }, "No pair with this unit is among those that may be one neuron."));
    }

    show(pair) {
      this.shown = pair;
      if (this.table) this.table.update();
      const [first, second] = pair.units, ccg = el("div"), one = el("div"), two = el("div"), waves = el("div"), times = el("div");
      const open = (unit) => el("button", { type: "button", onclick: () => this.choose(unit) }, "Open unit " + unit.id);
      gu.put(this.panel, el("div", { class: "panel" },
        el("h3", { id: "pair-title" }, "Units " + first.id + " and " + second.id + ": one neuron with probability " + gu.number(pair.score)),
        el("p", {}, "May be " + (KINDS[pair.kind] || pair.kind) + ": " + pair.reasons + ". Nothing is merged."),
        el("div", { class: "controls" }, open(first), open(second)),
        el("div", { class: "three" }, one, ccg, two), el("div", { class: "pair" }, waves, times)));
      this.correlograms(pair, one, ccg, two);
      this.templates(pair, waves);
      this.overTime(pair, times);
      this.panel.scrollIntoView({ block: "nearest" });
    }

    correlograms(pair, oneBox, ccgBox, twoBox) {
      const { block } = this, picture = pair.picture < 0 ? null : gu.pictureOf(block, "ccg", pair.picture);
      [[oneBox, pair.units[0], COLOURS[0]], [twoBox, pair.units[1], COLOURS[1]]].forEach(([box, unit, colour]) => {
        const acg = gu.pictureOf(block, "acg", unit.row), title = "Unit " + unit.id + " (" + unit.label + ")";
        if (!acg || !(block.scales.acg_max_hz[unit.row] > 0)) return box.append(el("h3", {}, title), el("p", { class: "empty" }, "No two of its spikes are within 12 ms."));
        gu.figure(box, { title, how: "Autocorrelogram.", draw: (width) => gu.acgChart(width, { shares: acg.data, mostHz: block.scales.acg_max_hz[unit.row], binMs: block.acg_bin_ms, meanHz: gu.chanceHz(block, unit.row, unit.row), colour }) });
      });
      const title = "Spikes of " + pair.units[1].id + " around one of " + pair.units[0].id;
      if (!picture) return ccgBox.append(el("h3", {}, title), el("p", { class: "empty" }, "There is no cross-correlogram of this pair in this page."));
      gu.figure(ccgBox, { title, how: "Cross-correlogram. One neuron leaves a gap at 0, or a peak at 0 where both have the same spikes; two neurons keep to the dashed line, the rate that their firing over time gives by chance.",
        draw: (width) => gu.ccgChart(width, { shares: picture.data, mostHz: block.scales.ccg_max_hz[pair.picture], binMs: block.acg_bin_ms, meanHz: gu.chanceHz(block, pair.units[0].row, pair.units[1].row) }) });
    }

    templates(pair, box) {
      const { block } = this, drawn = pair.units.map((unit, k) => ({ ...gu.templateOf(block, unit.row), colour: COLOURS[k], name: "unit " + unit.id })).filter((one) => one.waves);
      if (drawn.length < 2) return box.append(el("h3", {}, "Templates"), el("p", { class: "empty" }, "This sort has no templates of both, or no places of its channels."));
      gu.figure(box, { title: "Both templates at their places", how: "To one scale: unit " + pair.units[0].id + " solid, unit " + pair.units[1].id + " dashed.", draw: (width) => gu.templateChart(width, drawn) });
    }

    overTime(pair, box) {
      const { block } = this, rates = pair.units.map((unit) => gu.pictureOf(block, "rate", unit.row));
      if (!rates[0]) return box.append(el("h3", {}, "Over time"), el("p", { class: "empty" }, "There is no picture of this session."));
      const minutes = (block.duration_s || 0) / 60, bins = rates[0].data.length;
      const series = pair.units.map((unit, k) => ({ name: "unit " + unit.id, colour: COLOURS[k], dash: k ? "6 4" : null, hz: Array.from(rates[k].data, (value) => (value / 255) * block.scales.rate_max_hz[unit.row]) }));
      gu.figure(box, { title: "Both over time", how: "Firing rates. Pieces of a drifting neuron fire in turn.", draw: (width) => gu.ratesChart(width, { series, minutes, bins }) });
    }
  };

  /* Rate of a unit's spikes around those of another (or its own) if nothing but their rates over time counted. */
  gu.chanceHz = function (block, first, second) {
    const one = gu.pictureOf(block, "rate", first), two = gu.pictureOf(block, "rate", second);
    if (!one) return 0;
    const spikes = one.data.reduce((sum, value) => sum + value, 0), together = one.data.reduce((sum, value, bin) => sum + value * two.data[bin], 0);
    return spikes ? (together / spikes / 255) * block.scales.rate_max_hz[second] : 0;
  };

  /* Template of a unit with its channels; without waves where there is none. */
  gu.templateOf = function (block, row) {
    const waves = gu.pictureOf(block, "template", row);
    if (!waves || !(block.scales.template_max && block.scales.template_max[row] > 0)) return { waves: null };
    const full = 61 / waves.shape[1] >= 1.5 ? waves.shape[1] * Math.round(61 / waves.shape[1]) : waves.shape[1];
    return { waves, most: block.scales.template_max[row], positions: gu.pictureOf(block, "positions_um", row).data, channels: gu.pictureOf(block, "channels", row).data, ms: (1000 * full) / (block.sampling_frequency_hz || 30000) };
  };
})();
