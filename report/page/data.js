"use strict";
/* What the page carries: a head (JSON), columns over all units, and a block for each session. */
var gu = {};
(function () {
  const TYPES = { "<f8": Float64Array, "<f4": Float32Array, "|u1": Uint8Array, "|i1": Int8Array, "<i2": Int16Array, "<u2": Uint16Array };

  gu.head = JSON.parse(document.getElementById("head").textContent);

  /* Bytes of a packed element. */
  async function unpack(id) {
    const text = atob(document.getElementById(id).textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /* Array of numbers whose first bytes come first, then the second ones, and so on. */
  function unshuffled(bytes, type) {
    const size = TYPES[type].BYTES_PER_ELEMENT;
    if (size === 1) return new TYPES[type](bytes.buffer);
    const n = bytes.length / size;
    const out = new Uint8Array(bytes.length);
    for (let k = 0; k < size; k++) for (let i = 0; i < n; i++) out[i * size + k] = bytes[k * n + i];
    return new TYPES[type](out.buffer);
  }

  const columns = new Map();

  /* Column of a metric: kind, numbers (or codes of words), and whether they are of 32 bits. */
  gu.column = async function (name) {
    if (!columns.has(name)) {
      const about = gu.head.metrics.find((metric) => metric.name === name);
      columns.set(name, unpack("metric-" + name).then((bytes) => ({
        about, kind: about.kind, words: about.words || [], isShort: about.type === "<f4",
        values: unshuffled(bytes, about.type),
      })));
    }
    return columns.get(name);
  };

  /* Label columns of all units, as codes of their words, and cluster ids. */
  gu.loadUnits = async function () {
    const units = { n: 0 };
    for (const name of Object.keys(gu.head.words)) {
      units[name] = { codes: await unpack("column-" + name), words: gu.head.words[name] };
    }
    units.ids = unshuffled(await unpack("column-cluster_id"), "<f8");
    units.n = units.ids.length;
    units.session = new Uint16Array(units.n);
    let start = 0;
    gu.head.sessions.forEach(function (session, place) {
      session.start = start;
      session.place = place;
      units.session.fill(place, start, start + session.n);
      start += session.n;
    });
    gu.units = units;
    return units;
  };

  gu.word = (column, unit) => column.words[column.codes[unit]] ?? "";

  const blocks = new Map();

  /* Reasons and pictures of one session. */
  gu.block = async function (place) {
    if (!blocks.has(place)) blocks.set(place, unpack("block-" + place).then(readBlock));
    return blocks.get(place);
  };

  function readBlock(bytes) {
    const size = new DataView(bytes.buffer).getUint32(0, true);
    const block = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
    block.pictures = {};
    let at = 4 + size;
    for (const [name, type, shape] of block.arrays) {
      const count = shape.reduce((a, b) => a * b, 1);
      const end = at + count * TYPES[type].BYTES_PER_ELEMENT;
      block.pictures[name] = { shape, data: new TYPES[type](bytes.slice(at, end).buffer) };
      at = end;
    }
    return block;
  }

  /* Part of a picture that is one unit's. */
  gu.pictureOf = function (block, name, row) {
    const picture = block.pictures[name];
    if (!picture || picture.shape[0] === 0) return null;
    const size = picture.shape.slice(1).reduce((a, b) => a * b, 1);
    return { shape: picture.shape.slice(1), data: picture.data.subarray(row * size, (row + 1) * size) };
  };
})();
