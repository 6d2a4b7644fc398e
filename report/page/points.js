"use strict";
/* The points of a scorecard: what spoke for a unit and what against it. */
(function () {
  const { svg } = gu;
  const NAMED = 14;

  /* Place of a value on the steps of some edges, known by how many of all its edges it has reached. */
  const placeOf = (reached, all, edges) => (reached < 0 ? null : edges.filter((edge) => reached > 0 && edge <= all[reached - 1]).length);

  /* Points of each metric, as `points.points` adds them up: those of a pair are shared by its two. */
  gu.points = function (card, reached) {
    const found = new Map(card.edges.map(([metric, edges], k) => [metric, { metric, points: 0, best: 0, reached: reached[k], edges }]));
    const place = (metric, edges) => { const { reached, edges: all } = found.get(metric); return placeOf(reached, all, edges); };
    const add = (metric, points, best) => { found.get(metric).points += points; found.get(metric).best += best; };
    for (const [metric, step] of Object.entries(card.steps)) {
      const at = place(metric, step.edges);
      add(metric, at === null ? step.undefined : step.points[at], Math.max(...step.points, step.undefined));
    }
    for (const pair of card.pairs) {
      const [row, column] = pair.metrics.map((metric, k) => place(metric, pair.edges[k]));
      const given = pair.points[row === null ? pair.points.length - 1 : row];
      for (const metric of pair.metrics) add(metric, given[column === null ? given.length - 1 : column] / 2, Math.max(...pair.points.flat()) / 2);
    }
    return [...found.values()];
  };

  gu.scoreOf = function (card, points) {
    const total = points.reduce((sum, one) => sum + one.points, card.intercept);
    return 1 / (1 + Math.exp(-(card.probability.intercept + card.probability.slope * total)));
  };

  /* Between which of its edges a metric is, in words. */
  function between({ reached, edges }) {
    if (reached < 0) return "undefined";
    if (!edges.length) return "any";
    if (reached === 0) return "below " + gu.number(edges[0]);
    if (reached === edges.length) return "from " + gu.number(edges[reached - 1]);
    return gu.number(edges[reached - 1]) + " to " + gu.number(edges[reached]);
  }

  const signed = (points) => (points > 0 ? "+" : "") + gu.number(Number(points.toFixed(2)));

  /* What the chart says in one line. */
  gu.pointsTitle = function (column, score, points) {
    const most = points.reduce((a, b) => (b.points > a.points ? b : a)), least = points.reduce((a, b) => (b.points < a.points ? b : a));
    const said = [most.points > 0 && "most for it: " + most.metric, least.points < 0 && "most against it: " + least.metric].filter(Boolean);
    return column + " " + gu.number(score) + (said.length ? "; " + said.join(", ") : "");
  };

  /* Bars to the right speak for the unit, striped ones to the left against it; a tick is the most a metric can give. */
  gu.pointsChart = function (width, points) {
    const weight = (one) => Math.max(Math.abs(one.points), one.best - one.points), sorted = points.slice().sort((a, b) => weight(b) - weight(a));
    const named = sorted.slice(0, NAMED).sort((a, b) => b.points - a.points), others = sorted.slice(NAMED);
    const rows = named.map((one) => ({ ...one, name: one.metric }));
    if (others.length) rows.push({ name: gu.count(others.length, "other"), points: others.reduce((sum, one) => sum + one.points, 0), best: others.reduce((sum, one) => sum + one.best, 0), isRest: true });
    const rowHeight = 22, left = Math.min(230, width * 0.46), right = width - 44, bottom = 8 + rowHeight * rows.length, height = bottom + 42;
    const low = Math.min(...rows.map((row) => row.points), 0), high = Math.max(...rows.map((row) => Math.max(row.best, row.points)), 0.1);
    const x = gu.scale(low, high, left + 34, right, false);
    const root = svg("svg", { viewBox: "0 0 " + width + " " + height, height, "aria-hidden": "true" }, svg("defs", {}, gu.stripes("against")), gu.axisX(x, bottom, "points", left, right, 4));
    root.append(svg("line", { class: "axis", x1: x(0), x2: x(0), y1: 4, y2: bottom }));
    rows.forEach(function (row, k) {
      const mid = 8 + rowHeight * (k + 0.5), [from, to] = [x(0), x(row.points)].sort((a, b) => a - b), room = Math.floor(left / 6.6);
      const name = row.name.length > room ? row.name.slice(0, room - 1) + "…" : row.name;
      root.append(svg("text", { class: row.isRest ? "quiet" : null, x: left - 8, y: mid + 4, "text-anchor": "end" }, name));
      root.append(svg("rect", { x: from, y: mid - 7, width: Math.max(to - from, 1), height: 14, fill: row.points < 0 ? "url(#against)" : "var(--pass)" }));
      if (row.best > row.points + 0.005) root.append(svg("line", { stroke: "var(--quiet)", "stroke-width": 1.5, x1: x(row.best), x2: x(row.best), y1: mid - 6, y2: mid + 6 }));
      root.append(svg("text", { class: "tick", x: row.points < 0 ? from - 4 : Math.max(to, row.best > row.points ? x(row.best) : to) + 4, y: mid + 4, "text-anchor": row.points < 0 ? "end" : "start" }, signed(row.points)));
    });
    const table = points.slice().sort((a, b) => b.points - a.points).map((one) => [one.metric, between(one), signed(one.points), signed(one.best)]);
    return { svg: root, label: "Points of the unit by metric", table: { head: ["metric", "its value", "points", "the most there are"], rows: table } };
  };

  /* The figures of all scores of a unit into a box; why there is none, where there is none. */
  gu.showPoints = function (box, session, block, row) {
    const scores = Object.entries(session.scores).filter(([, sha]) => block.pictures["steps-" + sha]);
    for (const [column, sha] of scores) {
      const card = gu.head.cards[sha], points = gu.points(card, gu.pictureOf(block, "steps-" + sha, row).data);
      gu.figure(box, { title: gu.pointsTitle(column, gu.scoreOf(card, points), points), draw: (width) => gu.pointsChart(width, points),
        how: "Bars to the right spoke for the unit, striped ones to the left against it; a tick is the most that the metric can give. With " + signed(card.intercept) + " for every unit they add up to the score (card " + card.scorecard + ", version " + card.version + ")." });
    }
    const isScored = gu.head.metrics.some((metric) => /^score(\.|$)/.test(metric.name));
    if (!scores.length && isScored) box.append(gu.el("h3", {}, "Points"), gu.el("p", { class: "empty" }, "Its points are not in this page: another scorecard is in force now, or there are too many units. snakemake explain tells them."));
    return scores.length > 0;
  };
})();
