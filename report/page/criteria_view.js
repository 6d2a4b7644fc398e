"use strict";
/* The threshold explorer as people see it. */
(function () {
  const { el, rules } = gu;
  const STEPS = 200, LISTED = 60, NEAREST = 4;
  const OPERATORS = ["<", "<=", ">", ">=", "==", "!="];

  gu.CriteriaView = class {
    constructor(parent, explorer, openUnit) {
      Object.assign(this, { parent, explorer, openUnit, cards: [], yaml: null });
      this.starts = explorer.starts();
    }

    async show() {
      if (!this.starts.length) {
        gu.put(this.parent, el("p", { class: "empty" }, gu.units.n ? "The criteria of these sessions are of another version and cannot be read here." : "There is no labelled unit to try thresholds on."));
        return;
      }
      await this.begin(this.starts[0].key);
    }

    /* Start from a set in force or from a preset. */
    async begin(key) {
      this.key = key;
      this.inForce = key.startsWith("set:") ? key : this.inForce || this.starts[0].key;
      const start = this.starts.find((one) => one.key === key);
      const isSet = start.kind === "set";
      await this.explorer.start(start.block.rules, isSet && Object.keys(gu.head.sets).length > 1 ? start.block.sessions : null);
      this.note = isSet ? "" : start.block.other_parameters.length
        ? "This preset also measures with other parameters (" + start.block.other_parameters.join(", ") + "): a run with it can differ from what is shown."
        : "";
      this.build();
    }

    build() {
      const { explorer } = this;
      this.cards = [];
      const total = el("strong"), moves = el("span"), where = el("span", { class: "quiet" });
      this.bar = { total, moves, where };
      const result = el("div", { class: "result", id: "result" }, total, moves, where,
        el("button", { type: "button", onclick: () => this.begin(this.inForce) }, this.inForce.startsWith("set:") ? "Back to the criteria in force" : "Back to the start"));
      const classes = explorer.block.classes.map((entry, place) => this.classBox(entry, place));
      const yieldBox = el("div"), upsetBox = el("div"), listBox = el("div"), yamlBox = el("div");
      this.verdict = el("p", { class: "lead", id: "costliest" });
      gu.put(this.parent, this.startRow(), el("p", { class: "how" }, this.note), result, this.verdict, ...classes,
        el("div", { class: "pair" }, upsetBox, yieldBox), listBox, yamlBox);
      this.outcome = explorer.outcome();
      this.place = Math.max(0, explorer.block.classes.findIndex(([label]) => label === explorer.target));
      this.yieldFigure = gu.figure(yieldBox, { title: "Yield per session, as labelled and with these criteria", how: "Open circle: as the run labelled. Filled: with the thresholds set here. A session without a line does not change.", draw: (width) => this.drawYield(width) });
      this.upsetKey = el("ol", { class: "small" });
      this.upsetFigure = gu.figure(upsetBox, { title: "Which criteria keep units out together", how: "Each row is a combination of criteria that are not met (black dots, numbered as listed); the bar counts its units. Yellow bars: one criterion alone keeps these units out, and loosening it brings them in. Units labelled by hand are left out.", draw: (width) => this.drawUpset(width) });
      this.upsetFigure.plot.before(this.upsetKey);
      this.list = listBox;
      this.cards.forEach((card) => card.attach());
      this.yamlPart(yamlBox);
      this.update();
      this.updateRest();
    }

    startRow() {
      const options = this.starts.map((one) => [one.key, one.kind === "set" ? (one.name === "labels" ? "the configuration" : "criteria set " + one.name) + " (in force)" : "preset " + one.name]);
      return el("div", { class: "controls" }, gu.select("Start from", options, this.key, (key) => this.begin(key)));
    }

    classBox([label, node], place) {
      const names = gu.head.metrics.map((metric) => metric.name);
      const choice = gu.select("Add a criterion to " + label, [["", "choose a metric"], ...names.map((name) => [name, name])], "", (name) => name && this.add(place, name));
      const earlier = this.explorer.block.classes.slice(0, place).map(([other]) => other);
      return el("section", { class: "class", "aria-label": "Class " + label },
        el("h3", {}, (place ? "Otherwise it is " : "A unit is ") + label + " if"),
        earlier.length ? el("p", { class: "how" }, "Asked only of units that are not " + earlier.join(" or ") + ".") : null,
        this.nodeBox(node, this.explorer.block.classes[place]), el("div", { class: "controls" }, choice));
    }

    nodeBox(node, holder) {
      if (rules.isCheck(node)) return this.card(node);
      const mode = rules.modeOf(node);
      const change = gu.select("", [["all", "all of these hold"], ["any", "at least one of these holds"]], mode, (other) => this.setMode(node, other));
      change.querySelector("select").setAttribute("aria-label", "How the criteria are joined");
      return el("div", { class: "group" }, change, rules.parts(node).map((part) => this.nodeBox(part, node)));
    }

    setMode(node, mode) {
      const parts = rules.parts(node);
      delete node.all; delete node.any;
      node[mode] = parts;
      this.build();
    }

    async add(place, name) {
      await this.explorer.need([name]);
      this.explorer.add(place, this.explorer.newCheck(name));
      this.build();
    }

    card(check) {
      const card = new gu.CriterionCard(check, this);
      this.cards.push(card);
      return card.node;
    }

    drop(check) {
      this.explorer.drop(check);
      this.build();
    }

    /* Label of the class that a check belongs to, and whether one of its criteria is enough. */
    placeOf(check) {
      const [label, node] = this.explorer.block.classes.find(([, one]) => rules.checks(one).includes(check));
      return { label, isAny: Boolean(node.any) };
    }

    /* After a step of a slider: what has to follow at once; the rest waits for the hand to rest. */
    changed(card) {
      if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = null; this.update(); card.updateSplit(); });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.updateRest(), gu.units.n > 20000 ? 250 : 120);
    }

    update() {
      const outcome = (this.outcome = this.explorer.outcome()), { total, moves, where } = this.bar;
      total.textContent = outcome.total + " of " + gu.units.n + " units " + this.explorer.target;
      gu.put(moves, el("span", { class: "gain" }, "+" + outcome.gained.length + " gained"), "  ", el("span", { class: "loss" }, "−" + outcome.lost.length + " lost"));
      const touched = outcome.sessions.filter((session) => session.gained || session.lost).length;
      where.textContent = "as labelled: " + outcome.run + (touched ? "; " + gu.count(touched, "session") + " change" + (touched === 1 ? "s" : "") : "; nothing changes");
      if (gu.head.sessions.length <= 60) this.yieldFigure.redraw();
    }

    updateRest() {
      if (gu.head.sessions.length > 60) this.yieldFigure.redraw();
      this.upsetFigure.redraw();
      const costs = this.explorer.block.classes.flatMap((_, place) => this.explorer.costs(place));
      for (const card of this.cards) card.updateRest(costs.find((cost) => cost.check === card.check));
      this.verdict.textContent = this.costliest();
      this.text.value = rules.yaml(this.explorer.block);
      this.showMoves();
      gu.say(this.bar.total.textContent + ", " + this.outcome.gained.length + " gained, " + this.outcome.lost.length + " lost");
    }

    drawYield(width) {
      const items = gu.head.sessions.map((session, place) => {
        const { now, run } = this.outcome.sessions[place];
        return { id: session.id, value: session.n ? now : null, before: run, colour: "var(--good)", note: session.status, text: now === run ? String(now) : now + " (" + (now > run ? "+" : "−") + Math.abs(now - run) + ")" };
      });
      return gu.sessionsChart(width, items, { name: this.explorer.target + " units", order: "in the order of the dataset", label: "Yield per session" });
    }

    /* Which criterion costs most, in a sentence. */
    costliest() {
      const { explorer, place } = this, entry = explorer.block.classes[place];
      if (!entry || rules.isCheck(entry[1]) || entry[1].any) return "";
      const [first, second] = explorer.costs(place).sort((a, b) => b.keepsOut - a.keepsOut);
      const several = explorer.combinations(place, Infinity).combinations.filter((one) => one.set.length > 1).reduce((sum, one) => sum + one.n, 0);
      if (!first || !first.keepsOut) return several ? "No criterion alone keeps a unit from being " + entry[0] + "; " + gu.count(several, "unit") + " miss several." : "";
      return rules.text(first.check) + " costs most: it alone keeps " + gu.count(first.keepsOut, "unit") + " from being " + entry[0] + (second && second.keepsOut ? ", " + rules.text(second.check) + " alone " + second.keepsOut : "") + (several ? "; " + gu.count(several, "more unit") + " miss several criteria" : "") + ".";
    }

    drawUpset(width) {
      const { names, combinations } = this.explorer.combinations(this.place);
      gu.put(this.upsetKey, names.map((name) => el("li", {}, el("span", { class: "code" }, name))));
      return gu.upset(width, { names, combinations, label: this.explorer.block.classes[this.place][0] });
    }

    showMoves() {
      const { gained, lost } = this.outcome, moved = [...gained.map((unit) => [unit, "gained"]), ...lost.map((unit) => [unit, "lost"])];
      if (!moved.length) return gu.put(this.list, el("p", { class: "quiet" }, "No unit gains or loses its label against the run."));
      const shown = moved.slice(0, LISTED).map(([unit, how]) => ({ unit, how }));
      gu.put(this.list, el("h3", {}, gained.length + " gained, " + lost.length + " lost" + (moved.length > LISTED ? ", the first " + LISTED + " of them" : "")));
      const box = el("div");
      this.list.append(box);
      gu.table(box, { label: "units that change", rows: shown, filter: false, choose: (row) => this.openUnit(row.unit), columns: [
        { name: "unit", get: (row) => gu.unitName(row.unit) },
        { name: "change", get: (row) => row.how, show: (row) => el("span", { class: row.how === "gained" ? "gain" : "loss" }, row.how) },
        ...rules.metrics(this.explorer.block).slice(0, 8).filter((name) => this.explorer.columns.get(name).kind !== "label").map((name) => ({ name, kind: "n", get: (row) => this.explorer.columns.get(name).values[row.unit] })),
      ] });
    }

    yamlPart(box) {
      this.text = el("textarea", { class: "yaml", id: "yaml", readonly: true, "aria-label": "These criteria as YAML", spellcheck: "false" });
      const done = el("span", { class: "quiet small", role: "status" });
      const copy = el("button", { type: "button", onclick: () => gu.copy(this.text, done) }, "Copy");
      gu.put(box, el("h3", {}, "To paste into your config.yaml"), this.text, el("div", { class: "controls" }, copy, done));
    }
  };

  /* One criterion: its number, distribution, cost and sweep. */
  gu.CriterionCard = class {
    constructor(check, view) {
      this.check = check;
      this.view = view;
      this.column = view.explorer.columns.get(check.metric);
      this.isNumber = this.column.kind === "float" || this.column.kind === "int";
      if (this.isNumber) {
        this.sorted = gu.sortedSample(this.column.values, check.absolute);
        this.bins = gu.binsOf(this.sorted, this.column.kind === "int");
        this.binned = this.bins && Uint8Array.from(this.column.values, (value) => (value === value ? this.bins.of(check.absolute ? Math.abs(value) : value) : 255));
      }
      this.histogram = el("div");
      this.sweepBox = el("div");
      this.cost = el("p", { class: "cost" });
      this.near = el("p", { class: "cost" });
      this.node = el("article", { class: "criterion", "aria-label": rules.text(check) }, this.controls(), this.histogram, this.sweepBox);
    }

    /* Draw, once the card is in the page and has a width. */
    attach() {
      this.figure = gu.figure(this.histogram, { title: "", level: 5, draw: (width) => this.drawSplit(width) });
      if (this.isNumber && this.sorted.length) this.sweep = new gu.Sweep(this.sweepBox, this);
    }

    controls() {
      const { check, column } = this, about = column.about;
      this.title = el("h4", {}, rules.text(check) + (about.unit && this.isNumber ? " " + about.unit : ""));
      const rows = [this.title, el("p", { class: "how" }, about.description)];
      const row = el("div", { class: "row" });
      const passes = el("select", { "aria-label": "Undefined " + check.metric, onchange: () => { check.undefined = passes.value; this.moved(); } },
        el("option", { value: "fail" }, "undefined: not met"), el("option", { value: "pass" }, "undefined: met"));
      passes.value = check.undefined;
      if (this.isNumber) rows.push(...this.numberRows());
      else if (column.kind === "bool") row.append(this.flagBox());
      row.append(passes, el("button", { type: "button", class: "quiet", "aria-label": "Drop " + rules.text(check), onclick: () => this.view.drop(check) }, "Drop"));
      rows.push(row);
      return el("div", {}, rows, this.cost, this.near);
    }

    numberRows() {
      const { check } = this;
      const sign = el("select", { "aria-label": "Comparison of " + check.metric, onchange: () => { check.operator = sign.value; this.moved(); } }, OPERATORS.map((text) => el("option", { value: text }, text)));
      sign.value = check.operator;
      this.box = el("input", { type: "number", "aria-label": "Threshold of " + check.metric, value: String(check.target), step: this.stepOfBox(), oninput: () => this.typed() });
      this.slider = el("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": "Threshold of " + check.metric + ", slider", oninput: () => this.slid() });
      this.placeSlider();
      return [el("div", { class: "row" }, check.absolute ? "absolute value " : null, sign, this.box, el("span", { class: "quiet" }, this.column.about.unit)), this.slider];
    }

    flagBox() {
      const { check } = this;
      const value = el("select", { "aria-label": check.metric, onchange: () => { check.target = value.value === "true"; this.moved(); } }, el("option", { value: "true" }, "is true"), el("option", { value: "false" }, "is false"));
      value.value = String(check.target);
      return value;
    }

    /* What an arrow key adds in the box: about a hundredth of the range, a round number. */
    stepOfBox() {
      if (this.column.kind === "int" || !this.bins) return 1;
      const span = this.bins.isLog ? gu.quantile(this.sorted, 0.5) : this.bins.high - this.bins.low;
      return Number((10 ** Math.round(Math.log10(span / 100))).toPrecision(1));
    }

    /* Number at a step of the slider, which runs along the axis of the chart. */
    valueAt(step) {
      const value = this.bins.edge((step / STEPS) * this.bins.n);
      return this.column.kind === "int" ? Math.round(value) : Number(value.toPrecision(3));
    }

    placeSlider() {
      const { bins, check } = this, isBelow = bins && bins.isLog && check.target <= 0;
      const share = !bins || isBelow ? 0 : bins.at(check.target) / bins.n;
      this.slider.value = String(Math.round(STEPS * Math.max(0, Math.min(1, share))));
    }

    slid() {
      this.check.target = this.valueAt(Number(this.slider.value));
      this.box.value = String(this.check.target);
      this.moved();
    }

    typed() {
      const number = Number(this.box.value);
      if (this.box.value.trim() === "" || !isFinite(number)) return;
      this.check.target = number;
      this.placeSlider();
      this.moved();
    }

    moved() {
      this.title.textContent = rules.text(this.check) + (this.column.about.unit && this.isNumber ? " " + this.column.about.unit : "");
      this.view.changed(this);
    }

    updateSplit() {
      this.figure.redraw();
      if (this.slider) this.slider.setAttribute("aria-valuetext", rules.numberText(this.check.target) + ", " + this.view.outcome.total + " " + this.view.explorer.target + " units");
    }

    drawSplit(width) {
      const { check, column, bins } = this, judged = this.view.explorer.engine.judged(check), n = judged.length;
      if (!this.isNumber) {
        const counts = [0, 0, 0];
        for (let i = 0; i < n; i++) counts[judged[i]]++;
        return gu.bars(width, { name: rules.text(check), rows: [{ text: "met", n: counts[1], pass: true }, { text: "not met", n: counts[0] }, { text: "undefined", n: counts[2], pass: check.undefined === "pass" }] });
      }
      if (!bins) return { svg: check.metric + " is undefined for every unit." };
      const pass = new Array(bins.n).fill(0), fail = new Array(bins.n).fill(0);
      let undefinedCount = 0;
      for (let i = 0; i < n; i++) {
        if (judged[i] === rules.UNDEFINED) undefinedCount++;
        else if (this.binned[i] !== 255) (judged[i] === rules.PASS ? pass : fail)[this.binned[i]]++;
      }
      return gu.histogram(width, { bins, pass, fail, threshold: check.target, unit: column.about.unit, name: check.absolute ? "abs(" + check.metric + ")" : check.metric, undefinedCount });
    }

    updateRest(cost) {
      if (cost) {
        const { label, isAny } = this.view.placeOf(this.check);
        const alone = isAny ? "It alone makes " + cost.takesIn + " " + label + "." : "It alone keeps " + cost.keepsOut + " from being " + label + ".";
        this.cost.textContent = "Met by " + cost.pass + ", not by " + cost.fail + (cost.undefined ? ", undefined for " + cost.undefined : "") + ". " + alone;
      }
      if (!this.isNumber) return;
      const all = this.view.explorer.nearest(this.check), units = all.slice(0, NEAREST);
      gu.put(this.near, all.length ? "It alone decides about " + gu.count(all.length, "unit") + "; nearest to the threshold: " : "", units.flatMap((unit, k) => [k ? ", " : "",
        el("button", { type: "button", class: "plain", onclick: () => this.view.openUnit(unit) }, gu.unitName(unit) + " (" + gu.number(this.column.values[unit]) + ", " + gu.word(gu.units.label, unit) + ")")]));
      if (this.sweep) this.sweep.redraw();
    }
  };
})();
