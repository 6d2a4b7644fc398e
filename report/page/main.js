"use strict";
/* Start: draw each part; a part that cannot be drawn says so and does not stop the others. */
(function () {
  const { el } = gu;
  const sessions = gu.head.sessions;

  gu.unitName = (unit) => (sessions.length > 1 ? sessions[gu.units.session[unit]].id + ":" : "") + gu.units.ids[unit];

  /* Who gave a unit its label. */
  gu.saidBy = (unit) => { const source = gu.word(gu.units.source, unit); return source === "manual" ? "by hand" : source; };

  /* Place of a unit among all units; null where there is none. */
  gu.unitOf = function (id, clusterId) {
    const session = sessions.find((one) => one.id === id), at = session ? gu.units.ids.subarray(session.start, session.start + session.n).indexOf(Number(clusterId)) : -1;
    return at < 0 ? null : session.start + at;
  };

  gu.remember = function (session, unit) {
    try { history.replaceState(null, "", "#session=" + encodeURIComponent(session) + (unit === undefined ? "" : "&unit=" + unit)); } catch { /* inside another page */ }
  };

  /* Columns of the sheet, and others, by which sessions can be told apart. */
  function groupings() {
    const own = [...new Set(sessions.flatMap((session) => Object.keys(session.own)))].map((name) => [name, (session) => session.own[name] || ""]);
    const all = [...own, ["Kilosort version", (s) => s.kilosort_version], ["criteria", (s) => s.criteria]];
    return all.filter(([, get]) => { const found = new Set(sessions.map(get)); return found.size > 1 && found.size <= 30; });
  }

  const state = { group: "", order: "dataset", as: "count" };
  const sorts = { dataset: () => 0, good: (a, b) => share(b) - share(a), change: (a, b) => (b.n_good - b.n_good_before) - (a.n_good - a.n_good_before) };
  const share = (session) => (session.n ? session.n_good / session.n : -1);

  function grouped() {
    const found = groupings().find(([name]) => name === state.group), groups = found ? [...new Set(sessions.map(found[1]))].sort() : [];
    const ordered = sessions.slice().sort(sorts[state.order]);
    return ordered.map((session) => ({ session, group: found ? found[1](session) : undefined, colour: found ? gu.groupColour(groups.indexOf(found[1](session))) : "var(--good)" }));
  }

  function yieldPart() {
    const options = groupings();
    const figure = gu.figure(gu.byId("yield-figure"), { title: "", how: "Filled: good units as labelled now. Open: before the first run. The line between them is what the criteria and people changed.", draw: drawYield });
    const again = (key) => (value) => { state[key] = value; figure.redraw(); gu.redrawMetrics && gu.redrawMetrics(); };
    gu.put(gu.byId("yield-controls"),
      gu.select("Show", [["count", "number of good units"], ["share", "share of units that are good"]], state.as, again("as")),
      gu.select("Order", [["dataset", "as in the dataset"], ["good", "largest share first"], ["change", "largest gain, or smallest loss, first"]], state.order, again("order")),
      options.length ? gu.select("Group by", [["", "nothing"], ...options.map(([name]) => [name, name])], state.group, again("group")) : null);
  }

  function drawYield(width) {
    const isShare = state.as === "share", part = (n, session) => (isShare ? (100 * n) / session.n : n);
    const items = grouped().map(({ session, group, colour }) => ({ id: session.id, group, colour, note: session.n ? "" : session.status,
      value: session.n ? part(session.n_good, session) : null, before: session.n ? part(session.n_good_before, session) : undefined,
      text: isShare ? gu.share(session.n_good, session.n) : session.n_good + " of " + session.n }));
    const result = gu.sessionsChart(width, items, { name: isShare ? "good units (% of units)" : "good units", domain: isShare ? [0, 100] : null, order: state.order === "dataset" ? "in the order of the dataset" : "in order", label: "Good units per session before and after" });
    return { ...result, title: yieldTitle() };
  }

  function yieldTitle() {
    const shares = sessions.filter((session) => session.n).map(share).sort((a, b) => a - b);
    if (!shares.length) return "No session has labels";
    const text = (x) => Math.round(100 * x) + " %";
    if (shares.length === 1) return text(shares[0]) + " of the units are good";
    return "Between " + text(shares[0]) + " and " + text(shares[shares.length - 1]) + " of a session's units are good, the median is " + text(gu.quantile(shares, 0.5));
  }

  function sessionsTable() {
    const own = [...new Set(sessions.flatMap((session) => Object.keys(session.own)))];
    const number = (name, key) => ({ name, kind: "n", get: (session) => session[key] });
    gu.table(gu.byId("sessions-table"), { label: "sessions", rows: sessions, filter: sessions.length > 8, choose: (session) => openSession(session.id), columns: [
      { name: "session", get: (session) => session.id },
      { name: "status", kind: "word", get: (session) => session.status, show: (session) => (session.status === "labelled" ? "✓ labelled" : "✕ " + session.status) },
      number("units", "n_units"), number("good", "n_good"), { ...number("good before", "n_good_before"), title: "Before the first run" },
      { name: "share good", kind: "n", get: (session) => (session.n ? Math.round(100 * share(session)) : null), show: (session) => gu.share(session.n_good, session.n) },
      { ...number("differ", "n_changed"), title: "Units with another label than before the first run" }, number("by hand", "n_manual"),
      ...own.map((name) => ({ name, get: (session) => session.own[name] || "" })),
      { name: "criteria", get: (session) => session.criteria }, { name: "Kilosort", get: (session) => session.kilosort_version },
      ...(sessions.some((session) => session.reason) ? [{ name: "why not", kind: "text", get: (session) => session.reason }] : []),
    ] });
  }

  async function metricsPart(explorer) {
    const numbers = gu.head.metrics.filter((metric) => metric.kind === "float" || metric.kind === "int");
    if (!numbers.length) return gu.put(gu.byId("metrics-figure"), el("p", { class: "empty" }, "There is no metric to show."));
    const used = explorer.block ? gu.rules.metrics(explorer.block) : [];
    let { name, column } = await firstToShow(numbers, used);
    const figure = gu.figure(gu.byId("metrics-figure"), { title: "", how: "Dot: the median of a session's units. Line: from the 10th to the 90th percentile. A session is called odd where its median is more than six median deviations, and more than an eighth of the value, away from that of all.", draw: (width) => drawMetric(width, column) });
    gu.put(gu.byId("metrics-controls"), gu.select("Metric", numbers.map((metric) => [metric.name, metric.name + (metric.unit ? " (" + metric.unit + ")" : "")]), name, async (other) => { name = other; column = await gu.column(name); figure.redraw(); }));
    gu.redrawMetrics = () => figure.redraw();
  }

  /* The metric of the criteria in which a session is odd, else the first of them. */
  async function firstToShow(numbers, used) {
    const asked = numbers.filter((metric) => used.includes(metric.name)), first = asked[0] || numbers[0];
    for (const { name } of asked) {
      const column = await gu.column(name), medians = sessions.map((session) => medianOf(column, session)).filter((value) => value !== null);
      if (medians.some(oddAmong(medians))) return { name, column };
    }
    return { name: first.name, column: await gu.column(first.name) };
  }

  const sortedOf = (column, session) => gu.sortedSample(column.values.subarray(session.start, session.start + session.n), false);
  const medianOf = (column, session) => { const sorted = sortedOf(column, session); return sorted.length ? gu.quantile(sorted, 0.5) : null; };

  /* Function that says whether a median is far from the others; of fewer than six none is. */
  function oddAmong(medians) {
    const middle = gu.quantile(medians.slice().sort((a, b) => a - b), 0.5);
    const apart = medians.map((value) => Math.abs(value - middle)).sort((a, b) => a - b);
    const limit = 6 * Math.max(gu.quantile(apart, 0.5), 0.02 * Math.abs(middle));
    return (value) => medians.length >= 6 && limit > 0 && Math.abs(value - middle) > limit;
  }

  function drawMetric(width, column) {
    const items = grouped().map(({ session, group, colour }) => {
      const sorted = sortedOf(column, session);
      return { id: session.id, group, colour, value: sorted.length ? gu.quantile(sorted, 0.5) : null, range: sorted.length ? [gu.quantile(sorted, 0.1), gu.quantile(sorted, 0.9)] : null, note: session.n ? "undefined" : session.status };
    });
    const values = items.map((item) => item.value).filter((value) => value !== null), isOdd = oddAmong(values);
    for (const item of items) { item.isOdd = item.value !== null && isOdd(item.value); if (item.isOdd) item.colour = "var(--mark)"; }
    const odd = items.filter((item) => item.isOdd), { name, unit } = column.about;
    const title = !values.length ? name + " is undefined everywhere" : values.length < 6 ? name + " of each session (fewer than six: none is called odd)" : odd.length ? name + ": " + odd.slice(0, 4).map((item) => item.id).join(", ") + (odd.length > 4 ? " and " + (odd.length - 4) + " more" : "") + (odd.length === 1 ? " is unlike the others" : " are unlike the others") : name + " is much the same in all sessions";
    if (!values.length) return { svg: name + " is undefined for every unit.", title };
    const all = items.flatMap((item) => item.range || []), low = Math.min(...all), isLog = low > 0 && Math.max(...all) / low > 100;
    return { ...gu.sessionsChart(width, items, { name: gu.withUnit(name, unit && "(" + unit + ")"), isLog, domain: [isLog ? low : Math.min(0, low), Math.max(...all) || 1], order: "in the order chosen above", label: title }), title };
  }

  function changesPart() {
    const { changes } = gu.head, box = gu.byId("changes-tables");
    if (!changes || !box) return;
    if (!changes.sessions.length) return gu.put(box, el("p", {}, "No label is another one than then."));
    const bySession = el("div"), byUnit = el("div");
    gu.put(box, el("div", { class: "pair" }, bySession, byUnit));
    gu.table(bySession, { label: "sessions that changed", rows: changes.sessions, filter: changes.sessions.length > 20, choose: (row) => openSession(row.session), columns: [{ name: "session", get: (row) => row.session }, { name: "what changed", kind: "text", get: (row) => row.text }] });
    if (changes.units.length) gu.table(byUnit, { label: "units that changed", rows: changes.units, filter: changes.units.length > 20, note: changes.n_units > changes.units.length ? "the first " + changes.units.length + " of " + changes.n_units : "", choose: (row) => openSession(row[0], gu.unitOf(row[0], row[1])), columns: [{ name: "unit", get: (row) => row[0] + ":" + row[1] }, { name: "then", get: (row) => row[2] }, { name: "now", get: (row) => row[3] }, { name: "by", get: (row) => row[4] }] });
  }

  function recordPart() {
    const { project } = gu.head, done = sessions.filter((session) => session.status === "labelled"), counted = (get) => {
      const found = new Map();
      for (const session of done) found.set(get(session), (found.get(get(session)) || 0) + 1);
      return [...found].map(([value, n]) => (value || "unknown") + " (" + gu.count(n, "session") + ")").join(", ") || "–";
    };
    const rows = [["goodunits", project.commit ? "commit " + project.commit.slice(0, 12) + (project.dirty ? ", with local changes" : "") : "unknown version"], ...gu.head.software, ["Kilosort", counted((s) => s.kilosort_version)], ["Criteria set", counted((s) => s.criteria)], ["Labels given by hand", counted((s) => s.manual_curation)]];
    const sets = Object.entries(gu.head.sets).filter(([, set]) => set.rules).map(([name, set]) => [el("h3", {}, "Criteria " + (name === "labels" ? "in force" : name) + ", " + gu.count(set.sessions.length, "session")), el("pre", { tabindex: 0, class: "scroll", "aria-label": "Criteria " + name }, gu.rules.yaml(set.rules))]);
    gu.put(gu.byId("record-view"), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Versions" }, gu.plainTable(["what", "which"], rows)), ...sets.flat());
  }

  function copyMethods() {
    const button = gu.byId("copy-methods");
    if (button) button.addEventListener("click", () => gu.copy(gu.byId("methods"), gu.byId("copied-methods")));
  }

  let view = null;
  async function openSession(id, unit) {
    // The address says what was asked for last: after the drawing another one may be asked for.
    gu.remember(id, unit === undefined || unit === null ? undefined : gu.units.ids[unit]);
    await view.show(id, unit);
    if (view.session.id !== id) return;
    const target = unit === undefined || unit === null ? gu.byId("session") : gu.byId("unit");
    target.scrollIntoView({ block: "start" });
  }
  gu.openUnit = (unit) => openSession(sessions[gu.units.session[unit]].id, unit);

  function fromAddress() {
    const words = new URLSearchParams(location.hash.slice(1)), id = words.get("session");
    const session = id !== null && sessions.find((one) => one.id === id);
    if (!session) return null;
    return [id, words.get("unit") === null ? null : gu.unitOf(id, words.get("unit"))];
  }

  async function part(id, draw) {
    try { await draw(); } catch (error) {
      console.error(error);
      gu.byId(id).append(el("p", { class: "empty" }, "This part could not be drawn: " + error.message));
    }
  }

  async function start() {
    if (typeof DecompressionStream === "undefined") {
      gu.byId("too-old").hidden = false;
      gu.byId("too-old").textContent = "This browser is too old for the charts: it needs to be of 2023 or newer.";
      return;
    }
    await gu.loadUnits();
    await part("yield", yieldPart);
    await part("yield", sessionsTable);
    await part("people", () => gu.peoplePart(gu.byId("people-view"), openSession));
    await part("changes", changesPart);
    await part("record", recordPart);
    copyMethods();
    const explorer = (gu.explorer = new gu.Explorer(gu.units, gu.head));
    await part("criteria", () => (gu.view = new gu.CriteriaView(gu.byId("explorer"), explorer, gu.openUnit)).show());
    await part("metrics", () => metricsPart(explorer));
    view = new gu.SessionView(gu.byId("session-controls"), gu.byId("session-view"));
    await part("session", async () => { const asked = fromAddress(); await (asked ? view.show(...asked) : view.show(null)); });
    window.addEventListener("hashchange", () => { const asked = fromAddress(); if (asked) openSession(...asked); });
    document.documentElement.dataset.ready = "yes";
  }
  gu.ready = start();
})();
