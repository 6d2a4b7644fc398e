"use strict";
/* Elements, scales, numbers in words, figures and tables. Text from outside becomes text nodes only. */
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const PAPER_WIDTH = 700; // pixels of 1/96 inch: an A4 or letter sheet with its margins

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "value") node.value = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  }
  gu.el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  gu.svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
  gu.byId = (id) => document.getElementById(id);
  gu.put = function (parent, ...children) {
    parent.replaceChildren(...children.flat().filter((child) => child !== null));
    return parent;
  };

  /* A number as people write it, 3 digits unless it is whole. */
  gu.number = function (value, digits = 3) {
    if (value === null || value === undefined || value !== value) return "–";
    if (!isFinite(value)) return value > 0 ? "∞" : "−∞";
    if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value).replace("-", "−");
    const rounded = Number(value.toPrecision(digits));
    const text = Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e6 ? String(rounded) : rounded.toExponential();
    return text.replace("-", "−");
  };
  /* A name that may go on in the next line after each _. */
  gu.breakable = (name) => name.split("_").flatMap((part, k) => (k ? ["_", gu.el("wbr"), part] : [part]));
  gu.share = (part, whole) => (whole ? Math.round((100 * part) / whole) + " %" : "–");
  gu.count = (n, word) => n + " " + word + (n === 1 ? "" : "s");
  gu.withUnit = (text, unit) => (unit ? text + " " + unit : text);

  /* Copy the text of an element; where a page may not, it is selected. */
  gu.copy = async function (node, done) {
    if (node.select) node.select();
    else getSelection().selectAllChildren(node);
    try { await navigator.clipboard.writeText(node.value || node.textContent); done.textContent = "Copied"; } catch { done.textContent = "Selected: copy it by Ctrl+C"; }
  };

  gu.say = (() => {
    let timer;
    return function (text) {
      clearTimeout(timer);
      timer = setTimeout(() => { gu.byId("said").textContent = text; }, 400);
    };
  })();

  /* Scale from numbers to pixels; a logarithmic one has whole powers of ten as ticks. */
  gu.scale = function (low, high, from, to, isLog) {
    const turn = isLog ? Math.log10 : (x) => x;
    const a = turn(low), b = turn(high) === turn(low) ? turn(low) + 1 : turn(high);
    const scale = (x) => from + ((turn(x) - a) / (b - a)) * (to - from);
    scale.invert = (px) => {
      const t = a + ((px - from) / (to - from)) * (b - a);
      return isLog ? 10 ** t : t;
    };
    scale.ticks = (n) => (isLog ? logTicks(low, high, n) : evenTicks(low, high, n));
    scale.low = low; scale.high = high; scale.isLog = isLog;
    return scale;
  };

  function evenTicks(low, high, n) {
    const raw = (high - low) / Math.max(n, 1) || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((k) => k * power >= raw * 0.999);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
    return ticks;
  }
  function logTicks(low, high, n) {
    const ticks = [];
    for (let p = Math.ceil(Math.log10(low) - 1e-9); p <= Math.log10(high) + 1e-9; p++) ticks.push(10 ** p);
    const every = Math.ceil(ticks.length / Math.max(n, 1));
    return ticks.length >= 2 ? ticks.filter((_, k) => k % every === 0) : [low, high].map((x) => Number(x.toPrecision(2)));
  }

  /* Axis at the bottom, with its name in words and unit at the right end. */
  gu.axisX = function (scale, y, name, from, to, n = 5) {
    const group = gu.svg("g", {}, gu.svg("line", { class: "axis", x1: from, x2: to, y1: y, y2: y }));
    for (const tick of scale.ticks(n)) {
      const x = scale(tick);
      group.append(gu.svg("line", { class: "axis", x1: x, x2: x, y1: y, y2: y + 4 }));
      group.append(gu.svg("text", { class: "tick", x, y: y + 16, "text-anchor": "middle" }, gu.number(tick)));
    }
    group.append(gu.svg("text", { class: "quiet", x: to, y: y + 31, "text-anchor": "end" }, name));
    return group;
  };
  gu.axisY = function (scale, x, name, from, to, n = 4) {
    const group = gu.svg("g");
    for (const tick of scale.ticks(n)) {
      const y = scale(tick);
      group.append(gu.svg("line", { class: "grid", x1: x, x2: to, y1: y, y2: y }));
      group.append(gu.svg("text", { class: "tick", x: x - 6, y: y + 4, "text-anchor": "end" }, gu.number(tick)));
    }
    group.append(gu.svg("text", { class: "quiet", x: from, y: scale(scale.high) - 8 }, name));
    return group;
  };

  /* Stripes for what fails: colour alone tells nobody anything. */
  gu.stripes = (id) => gu.svg("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    gu.svg("rect", { width: 5, height: 5, fill: "var(--fail)" }), gu.svg("rect", { width: 1.6, height: 5, fill: "var(--paper)" }));

  let figures = 0;
  const drawn = [];

  /* A figure: title, picture, one sentence how to read it, and its numbers as a table.

  `draw(width)` gives {svg, label, table: {head, rows}}; it is called again when the width changes. */
  gu.figure = function (parent, { title, how, draw, level = 3 }) {
    const id = "figure-" + ++figures;
    const plot = gu.el("div", { class: "plot" });
    const numbers = gu.el("details", {}, gu.el("summary", {}, "Numbers"));
    const caption = gu.el("figcaption", {}, gu.el("h" + level, { id }, title));
    const node = gu.el("figure", { "aria-labelledby": id }, caption, plot,
      how ? gu.el("p", { class: "how" }, how) : null, numbers);
    let result = null, width = 0;
    function redraw() {
      width = plot.clientWidth || parent.clientWidth || 600;
      result = draw(Math.max(width, 220));
      if (result.title) caption.firstChild.textContent = result.title;
      if (typeof result.svg === "string") gu.put(plot, gu.el("p", { class: "empty" }, result.svg));
      else {
        plot.setAttribute("role", "img");
        plot.setAttribute("aria-label", result.label || caption.textContent);
        gu.put(plot, result.svg);
      }
      numbers.hidden = !result.table;
      if (numbers.open) openNumbers();
    }
    function openNumbers() {
      if (numbers.children[1]) numbers.children[1].remove();
      if (result && result.table) numbers.append(gu.el("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "Numbers of the figure" }, gu.plainTable(result.table.head, result.table.rows.slice(0, 1000))));
    }
    numbers.addEventListener("toggle", () => { if (numbers.open) openNumbers(); });
    parent.append(node);
    redraw();
    const kept = { node, plot, redraw, width: () => width };
    drawn.push(kept);
    return kept;
  };

  let timer;
  window.addEventListener("resize", function () {
    clearTimeout(timer);
    timer = setTimeout(function () {
      for (let k = drawn.length - 1; k >= 0; k--) {
        if (!drawn[k].node.isConnected) drawn.splice(k, 1);
        else if (Math.abs(drawn[k].plot.clientWidth - drawn[k].width()) > 2) drawn[k].redraw();
      }
      gu.resized.forEach((again) => again());
    }, 120);
  });
  gu.resized = new Set();

  /* Paper is narrower than most windows: draw again for it, and back. */
  function layOut(isPrinted) {
    document.body.classList.toggle("printed", isPrinted);
    document.body.style.width = isPrinted ? PAPER_WIDTH + "px" : "";
    gu.redrawAll();
    gu.resized.forEach((again) => again());
  }
  window.addEventListener("beforeprint", () => layOut(true));
  window.addEventListener("afterprint", () => layOut(false));
  gu.redrawAll = () => drawn.filter((kept) => kept.node.isConnected).forEach((kept) => kept.redraw());

  gu.plainTable = (head, rows) => gu.el("table", {},
    gu.el("thead", {}, gu.el("tr", {}, head.map((name) => gu.el("th", { scope: "col" }, name)))),
    gu.el("tbody", {}, rows.map((row) => gu.el("tr", {}, row.map((cell) => gu.el("td", { class: typeof cell === "number" ? "n" : null },
      typeof cell === "number" ? gu.number(cell) : cell))))));

  gu.select = function (label, options, value, onchange) {
    const node = gu.el("select", { onchange: () => onchange(node.value) },
      options.map(([key, text]) => gu.el("option", { value: key, selected: key === value }, text)));
    node.value = value;
    return gu.el("label", { class: "over" }, label, node);
  };
})();
