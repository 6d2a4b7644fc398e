"use strict";
/* Label rules over all units at once: what criteria/ does for one unit, in typed arrays.

A node is a check (metric, operator, target, absolute, undefined) or {all: [...]} or {any: [...]}. */
(function () {
  const FAIL = 0, PASS = 1, UNDEFINED = 2;

  const rules = { FAIL, PASS, UNDEFINED };

  rules.isCheck = (node) => node.metric !== undefined;
  rules.modeOf = (node) => (node.all ? "all" : "any");
  rules.parts = (node) => node.all || node.any;
  rules.copy = (block) => JSON.parse(JSON.stringify(block));

  /* Every check below a node, in order. */
  rules.checks = (node) => (rules.isCheck(node) ? [node] : rules.parts(node).flatMap(rules.checks));

  rules.numberText = function (number) {
    if (!isFinite(number)) return number > 0 ? "inf" : "-inf";
    return String(number + 0 === 0 ? 0 : number);
  };

  /* A check as it is written in the configuration. */
  rules.text = function (check) {
    const { metric, operator, target } = check;
    if (operator === "is") return target ? metric : "not " + metric;
    const quantity = check.absolute ? "abs(" + metric + ")" : metric;
    const said = Array.isArray(target) ? "[" + target.join(", ") + "]"
      : typeof target === "number" ? rules.numberText(target) : target;
    return quantity + " " + operator + " " + said;
  };

  /* Pass, fail or undefined of every unit. Numbers of 32 bits are compared as such. */
  rules.judge = function (check, column) {
    const values = column.values, n = values.length, out = new Uint8Array(n);
    if (column.kind === "label") {
      const wanted = new Set([].concat(check.target).map((word) => column.words.indexOf(word)));
      const inside = check.operator === "==" || check.operator === "in" ? PASS : FAIL;
      for (let i = 0; i < n; i++) out[i] = values[i] >= column.words.length ? UNDEFINED : wanted.has(values[i]) ? inside : 1 - inside;
      return out;
    }
    const target = column.isShort ? Math.fround(Number(check.target)) : Number(check.target);
    const operator = check.operator === "is" ? "==" : check.operator;
    for (let i = 0; i < n; i++) {
      const value = check.absolute ? Math.abs(values[i]) : values[i];
      if (value !== value) { out[i] = UNDEFINED; continue; }
      let holds;
      switch (operator) {
        case "<": holds = value < target; break;
        case "<=": holds = value <= target; break;
        case ">": holds = value > target; break;
        case ">=": holds = value >= target; break;
        case "==": holds = value === target; break;
        default: holds = value !== target;
      }
      out[i] = holds ? PASS : FAIL;
    }
    return out;
  };

  /* Judged checks of the rules in use; a step of a slider judges one of them anew. */
  rules.Engine = class {
    constructor(columns, n) {
      this.columns = columns;
      this.n = n;
      this.kept = new Map();
    }

    judged(check) {
      const text = rules.text(check);
      if (!this.kept.has(text)) {
        if (this.kept.size > 40) this.kept.clear();
        this.kept.set(text, rules.judge(check, this.columns.get(check.metric)));
      }
      return this.kept.get(text);
    }

    /* Whether each unit meets a node (1 or 0); `instead` = {text, met} sets one check. */
    holds(node, instead) {
      const out = new Uint8Array(this.n);
      if (rules.isCheck(node)) {
        if (instead && instead.text === rules.text(node)) return out.fill(instead.met ? 1 : 0);
        const judged = this.judged(node), passes = node.undefined === "pass" ? 1 : 0;
        for (let i = 0; i < this.n; i++) out[i] = judged[i] === UNDEFINED ? passes : judged[i];
        return out;
      }
      const isAll = Boolean(node.all);
      out.fill(isAll ? 1 : 0);
      for (const part of rules.parts(node)) {
        const held = this.holds(part, instead);
        if (isAll) for (let i = 0; i < this.n; i++) out[i] &= held[i];
        else for (let i = 0; i < this.n; i++) out[i] |= held[i];
      }
      return out;
    }

    /* Place of the class of each unit: the first that it meets, else that of the rest. */
    classes(block, instead) {
      const out = new Uint8Array(this.n).fill(block.classes.length);
      for (let place = block.classes.length - 1; place >= 0; place--) {
        const held = this.holds(block.classes[place][1], instead);
        for (let i = 0; i < this.n; i++) if (held[i]) out[i] = place;
      }
      return out;
    }
  };

  rules.labels = (block) => [...block.classes.map(([label]) => label), block.rest];
  rules.metrics = (block) => [...new Set(block.classes.flatMap(([, node]) => rules.checks(node)).map((c) => c.metric))];

  function lines(node, indent, out) {
    const pad = " ".repeat(indent);
    if (rules.isCheck(node)) {
      if (node.undefined === "pass") {
        out.push(pad + "- all:", pad + "    - " + rules.text(node), pad + "  undefined: pass");
      } else out.push(pad + "- " + rules.text(node));
      return;
    }
    out.push(pad + "- " + rules.modeOf(node) + ":");
    for (const part of rules.parts(node)) lines(part, indent + 4, out);
  }

  /* The rules as a labels block of the configuration. */
  rules.yaml = function (block) {
    const out = ["labels:"];
    for (const [label, node] of block.classes) {
      const isCheck = rules.isCheck(node);
      out.push("  " + label + ":", "    " + (isCheck ? "all" : rules.modeOf(node)) + ":");
      for (const part of isCheck ? [node] : rules.parts(node)) lines(part, 6, out);
      if ((block.shown_as || {})[label]) out.push("    phy: " + block.shown_as[label]);
    }
    out.push("  " + block.rest + ": rest");
    return out.join("\n") + "\n";
  };

  gu.rules = rules;
})();
