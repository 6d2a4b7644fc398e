"use strict";
/* One session: units over depth, presence over time, the table of units, and one unit. */
(function () {
  const { el, rules } = gu;

  gu.SessionView = class {
    constructor(controls, parent) {
      this.controls = controls;
      this.parent = parent;
      this.withUnits = gu.head.sessions.filter((session) => session.n);
      this.axis = gu.head.metrics.some((metric) => metric.name === "firing_rate") ? "firing_rate" : null;
      this.turn = 0;
    }

    async show(id, unit = null) {
      const session = gu.head.sessions.find((one) => one.id === id) || this.withUnits[0] || gu.head.sessions[0];
      if (!session) return gu.put(this.parent, el("p", { class: "empty" }, "There is no session."));
      this.session = session;
      this.chosen = unit === null ? null : unit - session.start;
      const turn = ++this.turn;
      gu.put(this.controls, gu.select("Session", gu.head.sessions.map((one) => [one.id, one.id + (one.n ? " (" + gu.count(one.n, "unit") + ")" : " (" + one.status + ")")]), session.id, (other) => this.show(other)));
      gu.byId("session-title").textContent = session.n ? session.id + ": " + session.n_good + " of " + gu.count(session.n, "unit") + " good" : session.id + ": " + session.status;
      if (!session.n) return gu.put(this.parent, el("p", {}, session.reason || "This session has no unit."), el("p", { class: "quiet" }, session.folder));
      const [block, depth, axis] = await Promise.all([gu.block(session.place), this.values("depth"), this.axis && this.values(this.axis)]);
      if (turn !== this.turn) return;
      Object.assign(this, { block, depth, axisValues: axis });
      this.rows = Array.from({ length: session.n }, (_, row) => ({ row, unit: session.start + row, id: gu.units.ids[session.start + row], label: gu.word(gu.units.label, session.start + row), depth: depth ? depth[row] : NaN }));
      this.build();
      if (this.chosen !== null) await this.choose(this.rows[this.chosen], false);
    }

    async values(name) {
      if (!gu.head.metrics.some((metric) => metric.name === name)) return null;
      const { values } = await gu.column(name);
      return values.subarray(this.session.start, this.session.start + this.session.n);
    }

    build() {
      const depthBox = el("div"), presenceBox = el("div"), tableBox = el("div");
      const pairsBox = el("div"), pairPanel = el("div", { id: "pair", tabindex: -1 });
      this.panel = el("div", { id: "unit", tabindex: -1 });
      gu.put(this.parent, el("p", { class: "quiet" }, this.summary()), gu.labelKey(inOrder(this.rows.map((row) => row.label))),
        el("div", { class: "pair" }, depthBox, presenceBox), el("h3", {}, "Units and why they have their label"), tableBox, this.panel, el("h3", {}, "Pairs that may be one neuron"), pairsBox, pairPanel);
      this.pairs = new gu.PairsView(this.session, this.block, this.rows, pairPanel, (row) => this.choose(row));
      this.pairs.list(pairsBox);
      this.depthFigure = gu.figure(depthBox, { title: "Where the units lie on the probe", how: "Each mark is a unit; its shape and colour are its label. Click one to see it.", draw: (width) => this.drawDepth(width) });
      gu.figure(presenceBox, { title: "When the units fire", how: "One row for each unit, in the order of the probe: the lowest depth at the bottom; the stronger the colour, the closer to its highest rate; empty is silence. A row that begins or ends within the recording is a unit that was lost or found.", draw: (width) => this.drawPresence(width) });
      this.unitTable(tableBox);
    }

    summary() {
      const { session } = this, own = Object.entries(session.own).map(([key, value]) => key + ": " + value);
      const duration = session.recording_duration_s ? gu.number(session.recording_duration_s / 60) + " min" : "";
      return [duration, session.kilosort_version && "Kilosort " + session.kilosort_version, "criteria: " + session.criteria, ...own, "written " + session.written.slice(0, 16).replace("T", " "), session.folder].filter(Boolean).join(" · ");
    }

    drawDepth(width) {
      const { axisValues } = this, sorted = axisValues ? gu.sortedSample(axisValues, false) : [];
      const points = this.rows.filter((row) => isFinite(row.depth) && axisValues && isFinite(axisValues[row.row])).map((row) => ({ ...row, x: axisValues[row.row], y: row.depth }));
      if (!points.length) return { svg: "The depth of the units is not known: the sort has no templates, or no places of its channels." };
      const isLog = sorted[0] > 0 && sorted[sorted.length - 1] / sorted[0] > 40;
      const about = gu.head.metrics.find((metric) => metric.name === this.axis);
      return gu.depthChart(width, points, { name: this.axis.replace(/_/g, " ") + (about.unit ? " (" + about.unit + ")" : ""), isLog, chosen: this.chosen, onpick: (point) => this.choose(this.rows[point.row]) });
    }

    drawPresence(width) {
      const rate = this.block.pictures.rate;
      if (!rate || !rate.shape[0]) return { svg: "There is no picture of this session: it was measured before pictures were made. A new measurement makes them." };
      const order = this.rows.slice().sort((a, b) => (b.depth - a.depth) || a.row - b.row), n = order.length, bins = rate.shape[1];
      const height = 420, top = 24, bottom = height - 42, left = 26, right = width - 10;
      const ink = matchMedia("(prefers-color-scheme: dark)").matches ? [110, 195, 245] : [0, 80, 140];
      const canvas = el("canvas", { width: bins, height: n }), context = canvas.getContext("2d"), image = context.createImageData(bins, n);
      order.forEach((row, y) => {
        const data = gu.pictureOf(this.block, "rate", row.row).data;
        for (let k = 0; k < bins; k++) image.data.set([...ink, data[k]], 4 * (y * bins + k));
      });
      context.putImageData(image, 0, 0);
      const minutes = (this.block.duration_s || 0) / 60, isHours = minutes > 180, x = gu.scale(0, isHours ? minutes / 60 : minutes, left, right, false);
      const root = gu.svg("svg", { viewBox: "0 0 " + width + " " + height, height, "aria-hidden": "true" },
        gu.svg("rect", { x: left, y: top, width: right - left, height: bottom - top, fill: "var(--paper)" }),
        gu.svg("image", { href: canvas.toDataURL(), x: left, y: top, width: right - left, height: bottom - top, preserveAspectRatio: "none", style: "image-rendering: pixelated" }),
        gu.axisX(x, bottom, isHours ? "time (h)" : "time (min)", left, right), gu.svg("text", { class: "quiet", x: 0, y: 12 }, gu.count(n, "unit") + ", by depth"));
      const step = (bottom - top) / n;
      order.forEach((row, k) => root.append(gu.svg("rect", { x: left - 9, y: top + k * step + 0.5, width: row.label === "good" ? 6 : 3, height: Math.max(step - 1, 0.5), fill: gu.labelColour(row.label) })));
      return { svg: root, label: "Firing of each unit over time", table: { head: ["unit", "label", "share of the recording with spikes"], rows: order.map((row) => {
        const data = gu.pictureOf(this.block, "rate", row.row).data;
        return [row.id, row.label, Math.round((100 * data.filter((x) => x > 0).length) / bins) + " %"];
      }) } };
    }

    unitTable(box) {
      const set = this.setInForce(), names = set ? set.rules.metrics.filter((name) => gu.head.metrics.some((metric) => metric.name === name)).slice(0, 6) : [];
      Promise.all(names.map((name) => gu.column(name))).then((columns) => {
        const metric = (name, k) => ({ name: gu.head.metrics.find((one) => one.name === name).unit ? name + " (" + columns[k].about.unit + ")" : name, title: columns[k].about.description, kind: columns[k].kind === "float" || columns[k].kind === "int" ? "n" : null,
          get: (row) => { const value = columns[k].values[row.unit]; return columns[k].kind === "bool" ? (value !== value ? "–" : value ? "yes" : "no") : columns[k].kind === "label" ? columns[k].words[value] || "–" : value; } });
        this.table = gu.table(box, { label: "units of " + this.session.id, rows: this.rows, choose: (row) => this.choose(row), chosen: (row) => row.row === this.chosen, note: "Click a unit to see it.", columns: [
          { name: "unit", get: (row) => row.id },
          { name: "label", kind: "word", get: (row) => row.label, show: (row) => el("span", { class: "word" }, gu.svg("svg", { viewBox: "0 0 14 12", width: 14, height: 12, "aria-hidden": "true" }, gu.shape(row.label, 7, 6)), " " + row.label) },
          { name: "before", title: "Before the first run", get: (row) => gu.word(gu.units.label_before, row.unit) },
          { name: "by", get: (row) => gu.saidBy(row.unit) },
          ...names.map(metric),
          { name: "why", kind: "text", get: (row) => this.block.reasons[row.row] },
        ] });
      });
    }

    setInForce() {
      const found = Object.values(gu.head.sets).find((set) => set.sessions.includes(this.session.id));
      return found && found.rules ? found : null;
    }

    async choose(row, move = true) {
      this.chosen = row.row;
      if (move) gu.remember(this.session.id, row.id);
      this.depthFigure.redraw();
      if (this.table) this.table.update();
      await this.drawUnit(row);
      if (move) { this.panel.focus({ preventScroll: true }); this.panel.scrollIntoView({ block: "nearest" }); }
    }

    async drawUnit(row) {
      const { block } = this, before = gu.word(gu.units.label_before, row.unit);
      const acg = el("div"), template = el("div"), times = el("div", { class: "pair" }), judged = el("div"), points = el("div"), alike = el("div");
      const step = (by) => el("button", { type: "button", onclick: () => this.choose(this.rows[(row.row + by + this.rows.length) % this.rows.length]) }, by > 0 ? "Next unit" : "Previous unit");
      gu.put(this.panel, el("div", { class: "panel" },
        el("h3", { id: "unit-title" }, "Unit " + row.id + " is " + row.label + (before && before !== row.label ? ", was " + before + " before the first run" : "")),
        el("p", {}, block.reasons[row.row] || "Meets all criteria."),
        el("div", { class: "controls" }, step(-1), step(1)),
        el("div", { class: "three" }, acg, template, judged), el("div", { class: "pair" }, points, alike), times));
      gu.showPoints(points, this.session, block, row.row);
      this.pairs.ofUnit(alike, row.row);
      this.drawPictures(row, acg, template, times);
      await this.drawCriteria(row, judged);
    }

    drawPictures(row, acgBox, templateBox, timesBox) {
      const { block } = this, scales = block.scales, acg = gu.pictureOf(block, "acg", row.row), template = gu.templateOf(block, row.row);
      const rate = gu.pictureOf(block, "rate", row.row), missing = (box, title, why) => box.append(el("h3", {}, title), el("p", { class: "empty" }, why));
      const isThere = (name) => scales[name] && scales[name][row.row] > 0;
      if (acg && isThere("acg_max_hz")) {
        const meanHz = gu.chanceHz(block, row.row, row.row);
        gu.figure(acgBox, { title: "Autocorrelogram", how: "Rate of the unit's other spikes around one of its spikes. A gap at 0 is a refractory period; the dashed line is what its firing rate over time would give without one.", draw: (width) => gu.acgChart(width, { shares: acg.data, mostHz: scales.acg_max_hz[row.row], binMs: block.acg_bin_ms, meanHz }) });
      } else missing(acgBox, "Autocorrelogram", "No two spikes of this unit are within 12 ms.");
      if (template.waves) {
        gu.figure(templateBox, { title: "Template on its channels", how: "Kilosort's template with the whitening undone, at the places of the channels; blue is the largest.", draw: (width) => gu.templateChart(width, [template]) });
      } else missing(templateBox, "Template", "This sort has no template of the unit, or no places of its channels.");
      if (rate) this.drawTimes(row, timesBox, rate);
      else missing(timesBox, "Over time", "There is no picture of this session.");
    }

    drawTimes(row, box, rate) {
      const { block } = this, minutes = (block.duration_s || 0) / 60, bins = rate.shape[0], amplitude = gu.pictureOf(block, "amplitude", row.row);
      const times = Array.from({ length: bins }, (_, k) => ((k + 0.5) * minutes) / bins);
      const hz = Array.from(rate.data, (value) => (value / 255) * block.scales.rate_max_hz[row.row]);
      const sync = "time-" + this.session.place;
      const chart = (title, how, label, series, options) => {
        const plot = el("div", { class: "over-time" }), reading = el("p", { class: "read" });
        const read = (k) => { reading.textContent = k === null || k === undefined ? "" : gu.number(times[k]) + " min: " + options.map((one, q) => one.label + " " + gu.number(series[q][k])).join(", "); };
        const details = el("details", {}, el("summary", {}, "Numbers"), el("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Numbers of " + title }, gu.plainTable(["time (min)", ...options.map((one) => one.label)], times.map((t, k) => [Number(t.toPrecision(3)), ...series.map((s) => (s[k] === null ? NaN : Number(s[k].toPrecision(3))))]))));
        box.append(el("figure", { "aria-label": title }, el("figcaption", {}, el("h3", {}, title)), plot, reading, el("p", { class: "how" }, how), details));
        gu.lineChart(plot, (width, colour) => ({ data: [times, ...series], options: {
          width, height: 170, legend: { show: false }, hooks: { setCursor: [(chart) => read(chart.cursor.idx)] }, cursor: { y: false, sync: { key: sync } }, scales: { x: { time: false }, y: { range: (_, low, high) => [0, high * 1.08 || 1] } },
          axes: [gu.axisOptions(colour, "time (min)", 30), gu.axisOptions(colour, label, 46)],
          series: [{}, ...options.map((one) => ({ ...one, stroke: colour(one.stroke) }))],
        } }));
      };
      chart("Firing rate over time", "Spikes per second in " + bins + " bins of the recording. Drag to look closer, double click to go back.", "Hz", [hz], [{ label: "Hz", stroke: "--good", width: 2, points: { show: false } }]);
      if (!amplitude || !(block.scales.amplitude_max[row.row] > 0)) return;
      const most = block.scales.amplitude_max[row.row], n = amplitude.shape[0];
      const series = Array.from({ length: n }, (_, q) => Array.from({ length: bins }, (_, k) => { const v = amplitude.data[q * bins + k]; return v ? (v / 255) * most : null; }));
      const names = n === 3 ? ["5 %", "median", "95 %"] : ["median"];
      chart("Amplitude over time", "Median" + (n === 3 ? ", and 5th and 95th percentile (dashed)," : "") + " in Kilosort's unit, a norm and no microvolts. A median that wanders is drift.", "amplitude", series, names.map((label) => ({ label, stroke: label === "median" ? "--mua" : "--quiet", width: label === "median" ? 2 : 1, dash: label === "median" ? [] : [4, 3], points: { show: true, size: 3 } })));
    }

    async drawCriteria(row, box) {
      const set = this.setInForce();
      if (!set) return gu.put(box, el("p", { class: "empty" }, "The criteria of this session cannot be read by this version."));
      const lines = [];
      for (const [label, node] of set.rules.classes) for (const check of rules.checks(node)) {
        if (!gu.head.metrics.some((metric) => metric.name === check.metric)) continue;
        const column = await gu.column(check.metric), value = column.values[row.unit];
        const one = { ...column, values: column.values.subarray(row.unit, row.unit + 1) };
        lines.push([label, rules.text(check), ...valueAndMargin(check, column, value), ["not met", "met", "undefined" + (check.undefined === "pass" ? " (counts as met)" : "")][rules.judge(check, one)[0]]]);
      }
      const why = this.block.undefined[row.row];
      gu.put(box, el("h3", {}, "Its criteria, one by one"), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Criteria of the unit" }, gu.plainTable(["class", "criterion", "value", "margin", "result"], lines)),
        el("p", { class: "how" }, "The margin is positive on the side that meets the criterion."),
        why ? el("details", {}, el("summary", {}, gu.count(why.split("; ").length, "metric") + " undefined"), el("p", { class: "how" }, why)) : null);
    }
  };

  /* Labels as the tables have them: good, mua, noise, then others. */
  function inOrder(labels) {
    const known = ["good", "mua", "noise"], there = new Set(labels);
    return [...known.filter((label) => there.has(label)), ...[...there].filter((label) => !known.includes(label)).sort()];
  }

  function valueAndMargin(check, column, value) {
    if (column.kind === "label") return [column.words[value] || "undefined", "–"];
    if (value !== value) return ["undefined", "–"];
    if (column.kind === "bool") return [value ? "true" : "false", "–"];
    const measured = check.absolute ? Math.abs(value) : value;
    const margin = check.operator[0] === "<" ? check.target - measured : check.operator[0] === ">" ? measured - check.target : NaN;
    return [gu.withUnit(gu.number(measured, 5), column.about.unit), margin === margin ? (margin > 0 ? "+" : "") + gu.number(margin) : "–"];
  }
})();
