"use strict";
/* What other criteria would do: numbers only, no page. */
(function () {
  const { rules } = gu;

  gu.Explorer = class {
    /* `units`: gu.units; `head`: gu.head. Rules are set by `start`. */
    constructor(units, head) {
      this.units = units;
      this.head = head;
      this.columns = new Map();
      this.block = null;
      this.scope = null;
    }

    /* Criteria to start from: sets in force first, then presets that can be read here. */
    starts() {
      const known = (block) => block.rules && rules.metrics(block.rules).every((name) => this.head.metrics.some((metric) => metric.name === name));
      const named = (blocks, kind) => Object.entries(blocks).filter(([, block]) => known(block)).map(([name, block]) => ({ key: kind + ":" + name, name, kind, block }));
      return [...named(this.head.sets, "set"), ...named(this.head.presets, "preset")];
    }

    /* Take other rules; loads the columns that they need. */
    async start(block, sessions = null) {
      this.block = rules.copy(block);
      this.scope = sessions && new Set(sessions);
      await this.need(rules.metrics(this.block));
      this.engine = new rules.Engine(this.columns, this.units.n);
      this.open = new Uint8Array(this.units.n);
      const byCriteria = this.units.source.words.indexOf("criteria");
      for (const session of this.head.sessions) {
        const inside = !this.scope || this.scope.has(session.id);
        for (let i = session.start; i < session.start + session.n; i++) {
          this.open[i] = inside && this.units.source.codes[i] === byCriteria ? 1 : 0;
        }
      }
      const labels = rules.labels(this.block);
      this.target = labels.includes("good") ? "good" : labels[0];
    }

    async need(names) {
      for (const name of names) if (!this.columns.has(name)) this.columns.set(name, await gu.column(name));
    }

    /* 1 for each unit whose label is the target; labels that criteria do not decide stay. */
    good(instead) {
      const { units } = this, n = units.n, out = new Uint8Array(n);
      const asRun = units.label.words.indexOf(this.target), classes = this.engine.classes(this.block, instead);
      const place = rules.labels(this.block).indexOf(this.target);
      for (let i = 0; i < n; i++) out[i] = (this.open[i] ? classes[i] === place : units.label.codes[i] === asRun) ? 1 : 0;
      return out;
    }

    /* Labels of all units, as words. */
    labels() {
      const words = rules.labels(this.block), classes = this.engine.classes(this.block);
      return Array.from(classes, (place, i) => (this.open[i] ? words[place] : gu.word(this.units.label, i)));
    }

    /* Labels by these criteria alone, as words. */
    criteriaLabels() {
      const words = rules.labels(this.block);
      return Array.from(this.engine.classes(this.block), (place) => words[place]);
    }

    /* Totals, yield of each session, and which units move. */
    outcome() {
      const { units } = this, now = this.good(), asRun = units.label.words.indexOf(this.target);
      const sessions = this.head.sessions.map(() => ({ now: 0, run: 0, gained: 0, lost: 0 }));
      const gained = [], lost = [];
      let total = 0, run = 0;
      for (let i = 0; i < units.n; i++) {
        const was = units.label.codes[i] === asRun ? 1 : 0, session = sessions[units.session[i]];
        total += now[i]; run += was; session.now += now[i]; session.run += was;
        if (now[i] && !was) { gained.push(i); session.gained++; }
        if (was && !now[i]) { lost.push(i); session.lost++; }
      }
      return { now, total, run, sessions, gained, lost };
    }

    /* What each criterion of a class costs: units that reach the class, fail, are undefined, and those that it alone decides. */
    costs(place) {
      const { block, engine } = this, [, node] = block.classes[place], n = this.units.n;
      const reach = this.reach(place), met = engine.holds(node);
      return rules.checks(node).map((check) => {
        const judged = engine.judged(check), text = rules.text(check), cost = { check, pass: 0, fail: 0, undefined: 0, keepsOut: 0, takesIn: 0 };
        const ifMet = engine.holds(node, { text, met: true }), ifNot = engine.holds(node, { text, met: false });
        for (let i = 0; i < n; i++) {
          if (!reach[i]) continue;
          cost[judged[i] === rules.PASS ? "pass" : judged[i] === rules.FAIL ? "fail" : "undefined"]++;
          if (!this.open[i]) continue; // a label given by hand stays
          if (!met[i] && ifMet[i]) cost.keepsOut++;
          if (met[i] && !ifNot[i]) cost.takesIn++;
        }
        return cost;
      });
    }

    /* 1 for each unit that no class before this one takes. */
    reach(place) {
      const out = new Uint8Array(this.units.n).fill(1);
      for (const [, node] of this.block.classes.slice(0, place)) {
        const held = this.engine.holds(node);
        for (let i = 0; i < out.length; i++) if (held[i]) out[i] = 0;
      }
      if (this.scope) this.head.sessions.forEach((session) => { if (!this.scope.has(session.id)) out.fill(0, session.start, session.start + session.n); });
      return out;
    }

    /* Combinations of criteria that keep units out of a class, the most frequent first. */
    combinations(place, most = 12) {
      const { engine } = this, [, node] = this.block.classes[place], reach = this.reach(place), met = engine.holds(node);
      const checks = [...new Map(rules.checks(node).map((check) => [rules.text(check) + check.undefined, check])).values()].slice(0, 30);
      const judged = checks.map((check) => engine.judged(check)), counts = new Map();
      for (let i = 0; i < this.units.n; i++) {
        if (!reach[i] || met[i] || !this.open[i]) continue;
        let bits = 0;
        for (let k = 0; k < checks.length; k++) {
          const result = judged[k][i];
          if (!(result === rules.PASS || (result === rules.UNDEFINED && checks[k].undefined === "pass"))) bits |= 1 << k;
        }
        counts.set(bits, (counts.get(bits) || 0) + 1);
      }
      const all = [...counts].sort((a, b) => b[1] - a[1]).map(([bits, n]) => ({ n, set: checks.map((_, k) => k).filter((k) => bits & (1 << k)) }));
      return { names: checks.map(rules.text), combinations: all.filter((one) => one.set.length).slice(0, most) };
    }

    /* Units whose being good one criterion alone decides, and how. */
    deciding(check) {
      const text = rules.text(check), ifMet = this.good({ text, met: true }), ifNot = this.good({ text, met: false });
      const found = [];
      for (let i = 0; i < this.units.n; i++) if (ifMet[i] !== ifNot[i]) found.push({ unit: i, change: ifMet[i] - ifNot[i] });
      return { found, ifNot };
    }

    /* Number of good units for each of some thresholds of one criterion, the others held. */
    sweep(check, thresholds) {
      const { found, ifNot } = this.deciding(check), column = this.columns.get(check.metric);
      let base = 0;
      for (let i = 0; i < ifNot.length; i++) base += ifNot[i];
      const few = { ...column, values: Float64Array.from(found, (one) => column.values[one.unit]) };
      return thresholds.map(function (target) {
        const judged = rules.judge({ ...check, target }, few);
        let total = base;
        for (let k = 0; k < found.length; k++) {
          const isMet = judged[k] === rules.PASS || (judged[k] === rules.UNDEFINED && check.undefined === "pass");
          if (isMet) total += found[k].change;
        }
        return total;
      });
    }

    /* Units that one criterion alone decides, those nearest to its threshold first. */
    nearest(check) {
      const { values } = this.columns.get(check.metric);
      const apart = (unit) => Math.abs((check.absolute ? Math.abs(values[unit]) : values[unit]) - check.target);
      return this.deciding(check).found.filter((one) => values[one.unit] === values[one.unit])
        .sort((a, b) => apart(a.unit) - apart(b.unit)).map((one) => one.unit);
    }

    /* A new criterion on a metric, met by the better half of the units. */
    newCheck(name) {
      const column = this.columns.get(name), check = { metric: name, absolute: false, undefined: "fail" };
      if (column.kind === "bool") return { ...check, operator: "is", target: true };
      if (column.kind === "label") return { ...check, operator: "==", target: column.words[0] || "good" };
      const sorted = gu.sortedSample(column.values, false);
      const middle = sorted.length ? Number(gu.quantile(sorted, 0.5).toPrecision(2)) : 1;
      return { ...check, operator: column.about.better === "lower" ? "<=" : ">=", target: middle };
    }

    /* Put a check into a class, beside its other criteria. */
    add(place, check) {
      const entry = this.block.classes[place];
      const node = rules.isCheck(entry[1]) ? { all: [entry[1]] } : entry[1];
      rules.parts(node).push(check);
      entry[1] = node;
    }

    /* Take a check out; a class keeps its last one. */
    drop(check) {
      for (const entry of this.block.classes) {
        if (rules.checks(entry[1]).length > 1) entry[1] = without(entry[1], check) || entry[1];
      }
    }
  };

  function without(node, check) {
    if (node === check) return null;
    if (rules.isCheck(node)) return node;
    const parts = rules.parts(node).map((part) => without(part, check)).filter((part) => part);
    return parts.length ? { [rules.modeOf(node)]: parts } : null;
  }
})();
