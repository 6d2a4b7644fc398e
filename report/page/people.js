"use strict";
/* Labels that people gave, and how far the criteria agree with them. */
(function () {
  const { el } = gu;
  const MOST = 300, FEW = 10; // of fewer units chance says nothing

  const kappa = function ({ both, person, criteria, neither }) {
    const n = both + person + criteria + neither, chance = ((both + person) * (both + criteria) + (criteria + neither) * (person + neither)) / (n * n);
    return chance === 1 ? NaN : ((both + neither) / n - chance) / (1 - chance);
  };

  function counted() {
    const sessions = gu.head.sessions.map((session) => ({ session, both: 0, person: 0, criteria: 0, neither: 0 })), differing = [];
    for (let unit = 0; unit < gu.units.n; unit++) {
      if (gu.word(gu.units.source, unit) !== "manual") continue;
      const byHand = gu.word(gu.units.label, unit), byCriteria = gu.word(gu.units.label_criteria, unit);
      const key = byHand === "good" ? (byCriteria === "good" ? "both" : "person") : byCriteria === "good" ? "criteria" : "neither";
      sessions[gu.units.session[unit]][key]++;
      if (key === "person" || key === "criteria") differing.push({ unit, byHand, byCriteria });
    }
    return { sessions: sessions.filter((row) => row.both + row.person + row.criteria + row.neither), differing };
  }

  const share = (row) => (row.both + row.neither) / (row.both + row.person + row.criteria + row.neither);

  gu.peoplePart = function (box, openSession) {
    const { sessions, differing } = counted(), parts = [];
    if (sessions.length) {
      const total = sessions.reduce((sum, row) => Object.fromEntries(["both", "person", "criteria", "neither"].map((key) => [key, sum[key] + row[key]])), { both: 0, person: 0, criteria: 0, neither: 0 });
      const n = total.both + total.person + total.criteria + total.neither, beyond = kappa(total);
      gu.byId("people-title").textContent = "The criteria agree with people on " + (total.both + total.neither) + " of " + gu.count(n, "unit") + " labelled by hand";
      parts.push(el("p", { class: "lead" }, "Good or not good, as people labelled them in Phy, against what the criteria alone would say. " + (beyond === beyond && n >= FEW ? "Agreement beyond chance (kappa): " + gu.number(beyond, 2) + ". " : "") + "If people labelled only where a label looked wrong, this says little of the other units."));
      const bySession = el("div"), byUnit = el("div");
      parts.push(el("div", { class: "pair" }, bySession, byUnit));
      const number = (name, key) => ({ name, kind: "n", get: (row) => row[key] });
      gu.table(bySession, { label: "sessions with labels by hand", rows: sessions, filter: sessions.length > 20, choose: (row) => openSession(row.session.id), columns: [
        { name: "session", get: (row) => row.session.id }, number("both good", "both"), number("good by hand only", "person"), number("good by criteria only", "criteria"), number("neither good", "neither"),
        { name: "agree", kind: "n", get: (row) => Math.round(100 * share(row)), show: (row) => gu.share(row.both + row.neither, row.both + row.person + row.criteria + row.neither) } ] });
      if (differing.length) gu.table(byUnit, { label: "units on which they differ", rows: differing.slice(0, MOST), filter: differing.length > 20, note: differing.length > MOST ? "the first " + MOST + " of " + differing.length : "", choose: (row) => gu.openUnit(row.unit), columns: [
        { name: "unit", get: (row) => gu.unitName(row.unit) }, { name: "by hand", get: (row) => row.byHand }, { name: "by criteria", get: (row) => row.byCriteria } ] });
    } else gu.byId("people-title").textContent = "Nobody has labelled a unit of these sessions by hand";
    parts.push(...learned(openSession));
    gu.put(box, ...parts);
  };

  /* What the target learn found. */
  function learned(openSession) {
    const found = gu.head.learned;
    if (!found) return [el("p", { class: "how" }, "snakemake learn says which thresholds, or which score, agree best with labels by hand, and which units to label next.")];
    const interval = (row, name) => (row[name] === "" ? "–" : gu.number(Number(row[name]), 2) + " (" + gu.number(Number(row[name + "_low"]), 2) + " to " + gu.number(Number(row[name + "_high"]), 2) + ")");
    const rows = found.agreement.map((row) => [row.labels_by, row.against, Number(row.n_units), interval(row, "kappa"), interval(row, "precision"), interval(row, "recall")]);
    const next = el("div"), parts = [el("h3", {}, "What agrees best with them, by the last snakemake learn"),
      el("p", { class: "how" }, "What was learned is scored on sessions that it was not learned from. In brackets: 90 % intervals."),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Agreement by learn" }, gu.plainTable(["labels by", "against", "units", "kappa", "precision", "recall"], rows))];
    if (!found.next.length) return parts;
    gu.table(next, { label: "units to label next", rows: found.next, filter: found.next.length > 20, choose: (row) => openSession(row.session, gu.unitOf(row.session, row.cluster_id)), columns: [
      { name: "unit", get: (row) => row.session + ":" + row.cluster_id }, { name: "label", get: (row) => row.label_criteria },
      { name: "probability of good", kind: "n", get: (row) => (row.probability_of_good === "" ? null : Number(row.probability_of_good)) }, { name: "why", kind: "text", get: (row) => row.reason } ] });
    return [...parts, el("h3", {}, "Label these next: nearest to the cut, spread over sessions"), next];
  }
})();
