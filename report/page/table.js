"use strict";
/* A table that can be sorted and filtered. Up to 1,000 rows it is a plain one; above, rows come on demand. */
(function () {
  const PLAIN = 1000;

  /* columns: {name, get(row), show(row)?, kind: "n"|"text"|"name", title?}; `key(row)` marks the chosen row. */
  gu.table = function (parent, { columns, rows, label, filter = true, choose = null, chosen = null, sort = null, note = "" }) {
    let order = sort || { column: null, down: false }, words = "", shown = PLAIN, kept = rows;
    const body = gu.el("tbody"), more = gu.el("p"), counted = gu.el("span", { class: "quiet small" });
    const heads = columns.map((column, k) => gu.el("th", { scope: "col", class: column.kind === "n" ? "n" : null, title: column.title || null },
      gu.el("button", { type: "button", onclick: () => sortBy(k) }, gu.breakable(column.name))));
    const table = gu.el("table", { "aria-label": label }, gu.el("thead", {}, gu.el("tr", {}, heads)), body);
    const box = gu.el("input", { type: "search", "aria-label": "Filter " + label, placeholder: "Filter", oninput: () => { words = box.value.toLowerCase(); shown = PLAIN; update(); } });

    function sortBy(k) {
      order = { column: k, down: order.column === k ? !order.down : columns[k].kind === "n" };
      update();
    }
    function compare(a, b) {
      const get = columns[order.column].get, x = get(a), y = get(b);
      const isNone = (v) => v === null || v === undefined || v === "" || v !== v;
      if (isNone(x) || isNone(y)) return isNone(x) - isNone(y);
      const result = typeof x === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
      return order.down ? -result : result;
    }
    const matches = (row) => columns.some((column) => String(column.get(row) ?? "").toLowerCase().includes(words));

    function line(row) {
      const cells = columns.map(function (column, k) {
        const inside = column.show ? column.show(row) : typeof column.get(row) === "number" ? gu.number(column.get(row)) : column.get(row) ?? "";
        const tag = k === 0 ? gu.el("th", { scope: "row", class: "name" }) : gu.el("td", { class: column.kind || null });
        tag.append(k === 0 && choose ? gu.el("button", { type: "button", class: "plain", onclick: () => choose(row) }, inside) : inside);
        return tag;
      });
      return gu.el("tr", { class: chosen && chosen(row) ? "chosen" : null, "aria-current": chosen && chosen(row) ? "true" : null }, cells);
    }
    function update() {
      kept = words ? rows.filter(matches) : rows.slice();
      if (order.column !== null) kept.sort(compare);
      heads.forEach((head, k) => (order.column === k ? head.setAttribute("aria-sort", order.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
      body.replaceChildren(...kept.slice(0, shown).map(line));
      table.setAttribute("aria-rowcount", kept.length + 1);
      counted.textContent = kept.length === rows.length ? "" : kept.length + " of " + rows.length;
      gu.put(more, kept.length > shown ? gu.el("button", { type: "button", onclick: () => { shown += PLAIN; update(); } }, "Show " + Math.min(PLAIN, kept.length - shown) + " more of " + kept.length) : "");
    }
    gu.put(parent, filter ? gu.el("div", { class: "controls" }, box, counted, note ? gu.el("span", { class: "quiet small" }, note) : null) : null,
      gu.el("div", { class: "scroll tall data", tabindex: 0, role: "region", "aria-label": label }, table, more));
    update();
    return { update, setRows: (other) => { rows = other; update(); }, box, shownRows: () => kept };
  };
})();
