"use strict";
/* Pictures: each function takes numbers and a width and gives {svg, label, table}. */
(function () {
  const { svg } = gu;
  const COLOURS = 7;
  gu.groupColour = (k) => "var(--g" + (k % COLOURS) + ")";

  const chart = (width, height, ...children) => svg("svg", { viewBox: "0 0 " + width + " " + height, height, "aria-hidden": "true" }, ...children);

  gu.quantile = function (sorted, share) {
    if (!sorted.length) return NaN;
    const at = share * (sorted.length - 1), low = Math.floor(at), high = Math.ceil(at);
    return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
  };

  /* Defined values, sorted; at most some 20,000 of them. */
  gu.sortedSample = function (values, absolute) {
    const step = Math.max(1, Math.floor(values.length / 20000)), out = [];
    for (let i = 0; i < values.length; i += step) if (values[i] === values[i] && isFinite(values[i])) out.push(absolute ? Math.abs(values[i]) : values[i]);
    return Float64Array.from(out).sort();
  };

  /* Range and bins of a metric: logarithmic where it spans decades, without the outermost values. */
  gu.binsOf = function (sorted, isWhole) {
    if (!sorted.length) return null;
    let low = gu.quantile(sorted, 0.005), high = gu.quantile(sorted, 0.995);
    // A few far values would squeeze all others: the last bar holds them.
    if (high > 3 * gu.quantile(sorted, 0.9) && gu.quantile(sorted, 0.9) > 0) high = Math.max(2 * gu.quantile(sorted, 0.9), gu.quantile(sorted, 0.97));
    const isLog = sorted[0] > 0 && gu.quantile(sorted, 0.95) / gu.quantile(sorted, 0.05) > 40;
    if (!isLog && low > 0 && low < 0.5 * high) low = 0;
    if (high === low) { low -= Math.abs(low) * 0.1 || 0.5; high += Math.abs(high) * 0.1 || 0.5; }
    let n = 44;
    if (isWhole && high - low < 44) { low = Math.floor(low) - 0.5; high = Math.ceil(high) + 0.5; n = high - low; }
    const scale = gu.scale(low, high, 0, n, isLog);
    return { low, high, n, isLog, isCut: sorted[sorted.length - 1] > high * (1 + 1e-9), at: scale, of: (x) => Math.max(0, Math.min(n - 1, Math.floor(scale(x) + 1e-9))), edge: (k) => scale.invert(k) };
  };

  /* Distribution of a metric with its threshold; `split` = {pass: [n], fail: [n]} per bin. */
  gu.histogram = function (width, { bins, pass, fail, threshold, unit, name, undefinedCount }) {
    const height = 176, left = 8, right = width - 8, bottom = height - 40, top = 30;
    const x = gu.scale(bins.low, bins.high, left, right, bins.isLog);
    let most = 1;
    for (let k = 0; k < bins.n; k++) most = Math.max(most, pass[k] + fail[k]);
    const id = "stripes-" + Math.random().toString(36).slice(2);
    const root = chart(width, height, svg("defs", {}, gu.stripes(id)));
    for (let k = 0; k < bins.n; k++) {
      const a = x(bins.edge(k)), b = x(bins.edge(k + 1)), one = (bottom - top) / most;
      let y = bottom;
      for (const [count, paint] of [[fail[k], "url(#" + id + ")"], [pass[k], "var(--pass)"]]) {
        if (!count) continue;
        y -= count * one;
        root.append(svg("rect", { x: a + 0.5, y, width: Math.max(b - a - 1, 0.8), height: count * one, fill: paint }));
      }
    }
    root.append(gu.axisX(x, bottom, gu.withUnit(name, unit && "(" + unit + ")"), left, right));
    root.append(svg("text", { class: "quiet", x: left, y: 10 }, "units (tallest bar: " + most + (bins.isCut ? "; the last one holds all above" : "") + ")"));
    if (threshold !== null && isFinite(threshold)) {
      const at = Math.max(left, Math.min(right, bins.isLog && threshold <= 0 ? left : x(threshold)));
      root.append(svg("line", { class: "limit", x1: at, x2: at, y1: 16, y2: bottom + 4 }));
      root.append(svg("text", { x: at + (at > width / 2 ? -6 : 6), y: 26, "text-anchor": at > width / 2 ? "end" : "start", "font-weight": 600 }, gu.number(threshold, 6)));
    }
    const total = (list) => list.reduce((a, b) => a + b, 0);
    const all = total(pass) + total(fail) + undefinedCount;
    return {
      svg: root,
      title: total(pass) + " of " + all + " units meet it" + (undefinedCount ? ", " + undefinedCount + " undefined" : ""),
      label: name + ": " + total(pass) + " units pass, " + total(fail) + " fail, " + undefinedCount + " undefined",
      table: { head: ["from", "to", "pass", "fail"], rows: Array.from({ length: bins.n }, (_, k) => [Number(bins.edge(k).toPrecision(4)), Number(bins.edge(k + 1).toPrecision(4)), pass[k], fail[k]]) },
    };
  };

  /* Horizontal bars of yes/no and word metrics. */
  gu.bars = function (width, { rows, name }) {
    const height = 28 * rows.length + 12, most = Math.max(1, ...rows.map((row) => row.n));
    const id = "stripes-" + Math.random().toString(36).slice(2), left = Math.min(120, width / 3);
    const root = chart(width, height, svg("defs", {}, gu.stripes(id)));
    rows.forEach(function (row, k) {
      const y = 6 + 28 * k;
      root.append(svg("text", { x: left - 8, y: y + 14, "text-anchor": "end" }, row.text));
      root.append(svg("rect", { x: left, y, width: ((width - left - 50) * row.n) / most, height: 20, fill: row.pass ? "var(--pass)" : "url(#" + id + ")" }));
      root.append(svg("text", { x: left + ((width - left - 50) * row.n) / most + 6, y: y + 14 }, row.n));
    });
    const met = rows.filter((row) => row.pass && row.text === "met").reduce((a, row) => a + row.n, 0);
    return { svg: root, title: met + " of " + rows.reduce((a, row) => a + row.n, 0) + " units meet it", label: name + ": " + rows.map((row) => row.n + " " + row.text).join(", "), table: { head: [name, "units"], rows: rows.map((row) => [row.text, row.n]) } };
  };

  /* Which criteria keep units out together: a row per combination, a column per criterion. */
  gu.upset = function (width, { combinations, names, costs, label }) {
    if (!combinations.length) return { svg: "No unit is kept out of " + label + "." };
    const rowHeight = 22, column = Math.min(26, Math.max(16, (width - 190) / names.length / 2)), top = 16;
    const left = names.length * column + 14, most = Math.max(...combinations.map((one) => one.n));
    const height = top + rowHeight * combinations.length + 8;
    const root = chart(width, height);
    combinations.forEach(function (one, row) {
      const y = top + rowHeight * row + rowHeight / 2, hit = names.map((_, k) => k).filter((k) => one.set.includes(k));
      root.append(svg("line", { stroke: "var(--ink)", "stroke-width": 2, x1: 8 + hit[0] * column, x2: 8 + hit[hit.length - 1] * column, y1: y, y2: y }));
      names.forEach((_, k) => root.append(svg("circle", { cx: 8 + k * column, cy: y, r: 5, fill: hit.includes(k) ? "var(--ink)" : "var(--line)" })));
      const length = ((width - left - 60) * one.n) / most;
      root.append(svg("rect", { x: left, y: y - 7, width: Math.max(length, 1), height: 14, fill: hit.length === 1 ? "var(--fail)" : "var(--quiet)" }));
      root.append(svg("text", { x: left + length + 6, y: y + 4 }, one.n + (hit.length === 1 ? " alone" : "")));
    });
    names.forEach((name, k) => root.append(svg("text", { class: "quiet", x: 8 + k * column, y: 10, "text-anchor": "middle" }, k + 1)));
    return { svg: root, label: "Units kept out of " + label + " by combination of criteria",
      table: { head: ["criteria not met", "units"], rows: combinations.map((one) => [one.set.map((k) => names[k]).join("; "), one.n]) } };
  };

  /* One value or range per session: a row each if they are few, else in rank order from left to right. */
  gu.sessionsChart = function (width, items, options) {
    return items.length <= 60 ? rowsChart(width, items, options) : ranksChart(width, items, options);
  };

  const MARKS = {
    range: (node, item, at, across, set) => item.range && node.append(svg("line", { ...set(at(item.range[0]), at(item.range[1]), across), stroke: item.colour, "stroke-width": across > 3 ? 3 : 1.5, opacity: 0.45 })),
  };

  function domainOf(items, options) {
    if (options.domain) return options.domain;
    const all = items.flatMap((item) => [item.value, item.before, item.now, ...(item.range || [])]).filter((x) => x !== null && x !== undefined && x === x);
    return [Math.min(0, ...all), Math.max(...all, 1e-9) * 1.04];
  }

  function tableOf(items, options) {
    const has = (key) => items.some((item) => item[key] !== undefined && item[key] !== null);
    const keys = [["value", options.name], ["before", "before"], ["now", "with the thresholds below"]].filter(([key]) => has(key));
    return { head: ["session", "group", ...keys.map(([, name]) => name)], rows: items.map((item) => [item.id, item.group || "", ...keys.map(([key]) => item[key] ?? NaN)]) };
  }

  function rowsChart(width, items, options) {
    const left = Math.min(180, width * 0.34), right = width - 72, rowHeight = 24;
    const groups = [...new Set(items.map((item) => item.group || ""))];
    const height = 14 + rowHeight * items.length + (groups.length > 1 ? 30 * groups.length : 0) + 40;
    const x = gu.scale(...domainOf(items, options), left, right, options.isLog);
    const root = chart(width, height);
    let y = 12;
    const grid = svg("g");
    root.append(grid);
    for (const group of groups) {
      if (groups.length > 1) { root.append(svg("text", { x: 0, y: y + 16, "font-weight": 600 }, group || "(none)")); y += 30; }
      for (const item of items.filter((one) => (one.group || "") === group)) {
        const mid = y + rowHeight / 2, name = item.id.length > left / 7.2 ? item.id.slice(0, left / 7.2 - 1) + "…" : item.id;
        root.append(svg("text", { x: left - 12, y: mid + 4, "text-anchor": "end" }, name));
        root.append(svg("line", { class: "grid", x1: left, x2: right, y1: mid, y2: mid }));
        if (item.value === null || item.value !== item.value) root.append(svg("text", { class: "quiet", x: left + 6, y: mid + 4 }, item.note || "no value"));
        else {
          MARKS.range(root, item, x, 4, (a, b) => ({ x1: a, x2: b, y1: mid, y2: mid }));
          if (item.before !== undefined) {
            root.append(svg("line", { x1: x(item.before), x2: x(item.value), y1: mid, y2: mid, stroke: item.colour, "stroke-width": 2.5 }));
            root.append(svg("circle", { class: "dot-before", cx: x(item.before), cy: mid, r: 4.5 }));
          }
          root.append(svg("circle", { cx: x(item.value), cy: mid, r: 5.5, fill: item.colour }));
          if (item.now !== undefined && item.now !== item.value) root.append(svg("rect", { class: "dot-now", x: x(item.now) - 5, y: mid - 5, width: 10, height: 10, transform: "rotate(45 " + x(item.now) + " " + mid + ")" }));
          root.append(svg("text", { class: item.isOdd ? null : "quiet", x: right + 8, y: mid + 4 }, (item.text || gu.number(item.value)) + (item.isOdd ? " odd" : "")));
        }
        y += rowHeight;
      }
    }
    const ticks = x.ticks(5);
    ticks.forEach((tick) => grid.append(svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 8, y2: y })));
    root.append(gu.axisX(x, y + 2, options.name, left, right));
    return { svg: root, label: options.label, table: tableOf(items, options) };
  }

  function ranksChart(width, items, options) {
    const height = 300, left = 46, right = width - 10, bottom = height - 44;
    const y = gu.scale(...domainOf(items, options), bottom, 24, options.isLog);
    const groups = [...new Set(items.map((item) => item.group || ""))];
    const gap = groups.length > 1 ? 18 : 0, step = (right - left - gap * groups.length) / Math.max(items.length, 1);
    const root = chart(width, height, gu.axisY(y, left, options.name, 0, right));
    let x = left + step / 2;
    groups.forEach(function (group) {
      const start = x;
      for (const item of items.filter((one) => (one.group || "") === group)) {
        if (item.value !== null && item.value === item.value) {
          MARKS.range(root, item, y, step, (a, b) => ({ x1: x, x2: x, y1: a, y2: b }));
          if (item.before !== undefined) {
            root.append(svg("line", { x1: x, x2: x, y1: y(item.before), y2: y(item.value), stroke: item.colour, opacity: 0.5 }));
            root.append(svg("circle", { cx: x, cy: y(item.before), r: 2, fill: "var(--paper)", stroke: "var(--quiet)" }));
          }
          root.append(svg("circle", { cx: x, cy: y(item.value), r: item.isOdd ? 5 : Math.min(4, Math.max(2, step / 2)), fill: item.isOdd ? "var(--mark)" : item.colour }, svg("title", {}, item.id + ": " + gu.number(item.value))));
          if (item.now !== undefined && item.now !== item.value) root.append(svg("rect", { x: x - 2, y: y(item.now) - 2, width: 4, height: 4, fill: "var(--mark)" }));
        }
        x += step;
      }
      if (groups.length > 1) {
        const here = items.filter((one) => (one.group || "") === group && one.value === one.value && one.value !== null).map((one) => one.value).sort((a, b) => a - b);
        if (here.length) root.append(svg("line", { class: "limit", x1: start - step / 2, x2: x - step / 2, y1: y(gu.quantile(here, 0.5)), y2: y(gu.quantile(here, 0.5)), opacity: 0.7 }));
        root.append(svg("text", { class: "quiet", x: (start + x) / 2, y: bottom + 18, "text-anchor": "middle" }, group || "(none)"));
        x += gap;
      }
    });
    root.append(svg("text", { class: "quiet", x: right, y: bottom + 36, "text-anchor": "end" }, gu.count(items.length, "session") + ", " + options.order));
    return { svg: root, label: options.label, table: tableOf(items, options) };
  }

  /* Units of a session over depth. */
  const SHAPES = {
    good: (x, y) => svg("circle", { cx: x, cy: y, r: 4.5, fill: "var(--good)" }),
    mua: (x, y) => svg("path", { d: "M" + (x - 4.5) + " " + (y + 4) + "h9l-4.5 -8z", fill: "none", stroke: "var(--mua)", "stroke-width": 1.8 }),
    noise: (x, y) => svg("path", { d: "M" + (x - 3.5) + " " + (y - 3.5) + "l7 7m0 -7l-7 7", stroke: "var(--noise)", "stroke-width": 1.8 }),
    other: (x, y) => svg("rect", { x: x - 3.5, y: y - 3.5, width: 7, height: 7, fill: "none", stroke: "var(--other)", "stroke-width": 1.8 }),
  };
  gu.shape = (label, x, y) => (SHAPES[label] || SHAPES.other)(x, y);
  gu.labelColour = (label) => "var(--" + (SHAPES[label] ? label : "other") + ")";
  gu.labelKey = (labels) => gu.el("ul", { class: "key" }, labels.map((label) => gu.el("li", {}, svg("svg", { viewBox: "0 0 14 12", "aria-hidden": "true" }, gu.shape(label, 7, 6)), label)));

  gu.depthChart = function (width, points, { name, isLog, chosen, onpick }) {
    const height = 420, left = 52, right = width - 10, bottom = height - 42;
    const xs = points.map((p) => p.x), ys = points.map((p) => p.y);
    const low = Math.min(...xs), high = Math.max(...xs), pad = isLog ? 0 : (high - low) * 0.03;
    const x = gu.scale(low - pad, high + pad, left + 8, right - 8, isLog);
    const y = gu.scale(Math.min(...ys), Math.max(...ys) === Math.min(...ys) ? Math.min(...ys) + 20 : Math.max(...ys), bottom - 8, 24, false);
    const root = chart(width, height, gu.axisY(y, left, "depth (µm)", 0, right, 6), gu.axisX(x, bottom, name + (isLog ? ", logarithmic" : ""), left, right));
    for (const point of points) {
      const mark = gu.shape(point.label, x(point.x), y(point.y));
      mark.append(svg("title", {}, "unit " + point.id + ", " + point.label + ", " + gu.number(point.x)));
      mark.style.cursor = "pointer";
      mark.addEventListener("click", () => onpick(point));
      if (point.row === chosen) root.append(svg("circle", { cx: x(point.x), cy: y(point.y), r: 9, fill: "none", stroke: "var(--ink)", "stroke-width": 2 }));
      root.append(mark);
    }
    return { svg: root, label: "Units of the session over depth", table: { head: ["unit", "label", name, "depth (µm)"], rows: points.map((p) => [p.id, p.label, p.x, p.y]) } };
  };

  /* Autocorrelogram: both sides of lag 0. */
  gu.acgChart = function (width, { shares, mostHz, binMs, meanHz, colour = "var(--good)" }) {
    const both = [...Array.from(shares).reverse(), ...shares];
    const table = { head: ["lag from (ms)", "to (ms)", "rate (Hz)"], rows: Array.from(shares, (s, k) => [k * binMs, (k + 1) * binMs, Number(((s / 255) * mostHz).toPrecision(3))]) };
    return { svg: lagChart(width, both, mostHz, binMs, meanHz, colour), label: "Autocorrelogram", table };
  };

  /* Cross-correlogram: lags to both sides. */
  gu.ccgChart = function (width, { shares, mostHz, binMs, meanHz }) {
    const half = shares.length / 2;
    const table = { head: ["lag from (ms)", "to (ms)", "rate (Hz)"], rows: Array.from(shares, (s, k) => [(k - half) * binMs, (k + 1 - half) * binMs, Number(((s / 255) * mostHz).toPrecision(3))]) };
    return { svg: lagChart(width, Array.from(shares), mostHz, binMs, meanHz, "var(--ink)"), label: "Cross-correlogram", table };
  };

  function lagChart(width, shares, mostHz, binMs, meanHz, colour) {
    const height = 190, left = 44, right = width - 6, bottom = height - 40, half = shares.length / 2;
    const x = gu.scale(-half * binMs, half * binMs, left, right, false), y = gu.scale(0, Math.max(mostHz, meanHz, 1e-9), bottom, 24, false);
    const root = chart(width, height, gu.axisY(y, left, "rate (Hz)", 0, right, 3));
    shares.forEach(function (share, k) {
      const hz = (share / 255) * mostHz;
      root.append(svg("rect", { x: x((k - half) * binMs), y: y(hz), width: Math.max(x(binMs) - x(0) - 0.4, 0.5), height: bottom - y(hz), fill: colour }));
    });
    root.append(svg("line", { x1: left, x2: right, y1: y(meanHz), y2: y(meanHz), stroke: "var(--mark)", "stroke-width": 1.5, "stroke-dasharray": "5 3" }));
    root.append(gu.axisX(x, bottom, "lag (ms)", left, right));
    return root;
  }

  /* Firing rates of some units over the recording. */
  gu.ratesChart = function (width, { series, minutes, bins }) {
    const height = 240, left = 44, right = width - 10, bottom = height - 42;
    const isHours = minutes > 180, end = isHours ? minutes / 60 : minutes, most = Math.max(...series.flatMap((one) => one.hz), 1e-9);
    const x = gu.scale(0, end, left, right, false), y = gu.scale(0, most, bottom, 44, false);
    const root = chart(width, height, gu.axisY(y, left, "rate (Hz)", 0, right, 3), gu.axisX(x, bottom, isHours ? "time (h)" : "time (min)", left, right));
    series.forEach(function (one, k) {
      const points = one.hz.map((hz, bin) => x(((bin + 0.5) * end) / bins).toFixed(1) + "," + y(hz).toFixed(1)).join(" ");
      root.append(svg("polyline", { points, fill: "none", stroke: one.colour, "stroke-width": 2, "stroke-dasharray": one.dash }));
      root.append(svg("line", { x1: left + 90 * k, x2: left + 90 * k + 22, y1: 10, y2: 10, stroke: one.colour, "stroke-width": 2, "stroke-dasharray": one.dash }), svg("text", { x: left + 90 * k + 28, y: 14 }, one.name));
    });
    const rows = Array.from({ length: bins }, (_, bin) => [Number((((bin + 0.5) * minutes) / bins).toPrecision(3)), ...series.map((one) => Number(one.hz[bin].toPrecision(3)))]);
    return { svg: root, label: "Firing rates over time", table: { head: ["time (min)", ...series.map((one) => one.name + " (Hz)")], rows } };
  };

  /* Templates on their channels, each drawn at its place on the probe, to one scale; a second one is dashed. */
  gu.templateChart = function (width, units) {
    const most = Math.max(...units.map((unit) => unit.most));
    const places = units.map(({ waves, positions }) => Array.from({ length: waves.shape[0] }, (_, k) => [positions[2 * k], positions[2 * k + 1]]));
    const columns = [...new Set(places.flat().map(([px]) => px))].sort((a, b) => a - b), rows = [...new Set(places.flat().map(([, py]) => py))].sort((a, b) => b - a);
    const cell = Math.min(64, 240 / rows.length), height = cell * rows.length + 46 + cell * 0.35, w = (width - 8) / columns.length, root = chart(width, height), named = new Set();
    units.forEach(function (unit, which) {
      const nSamples = unit.waves.shape[1], isAlone = units.length === 1;
      places[which].forEach(function ([px, py], k) {
        const left = 4 + columns.indexOf(px) * w, mid = 14 + rows.indexOf(py) * cell + cell / 2, points = [];
        for (let i = 0; i < nSamples; i++) points.push((left + 6 + ((w - 18) * i) / (nSamples - 1)).toFixed(1) + "," + (mid - (unit.waves.data[k * nSamples + i] / 127) * (unit.most / most) * cell * 0.85).toFixed(1));
        const colour = isAlone ? (k === 0 ? "var(--good)" : "var(--quiet)") : unit.colour;
        root.append(svg("polyline", { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": k === 0 ? 2 : 1.2, "stroke-dasharray": which ? "5 3" : null }));
        if (!named.has(unit.channels[k])) root.append(svg("text", { class: "tick", x: left + 6, y: mid - cell / 2 + 6 }, "ch " + unit.channels[k]));
        named.add(unit.channels[k]);
      });
    });
    const bar = (w - 18) / units[0].ms;
    root.append(svg("line", { class: "limit", x1: 10, x2: 10 + bar, y1: height - 20, y2: height - 20 }), svg("text", { class: "tick", x: 10, y: height - 5 }, "1 ms"));
    root.append(svg("text", { class: "tick", x: width - 4, y: height - 5, "text-anchor": "end" }, "largest value " + gu.number(most) + " (ADC units)"));
    return { svg: root, label: (units.length > 1 ? "Templates" : "Template") + " on " + gu.count(named.size, "channel") };
  };
})();
