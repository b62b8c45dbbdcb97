// Text of servers as nodes of the page: never as markup. Each node knows where in the source its
// characters stand (`from`), so that a click finds them. What cannot be seen is spelled out.

const MOST = 4_000;
// Characters of a part, which is what is drawn anew when one of it changes.
const LONGEST = 20_000;
// Characters of JSON that are set in lines of their own, and of a text that is drawn at once.

const HIDDEN = new RegExp(
  "\\r\\n|[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]" +
    "|[\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u2060-\\u2065\\u206a-\\u206f]" +
    "|[\\u2028\\u2029\\u3164\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffc\\ufffe\\uffff]|\\p{Cs}" +
    // Flags of countries are a flag and letters in tags; joiners join emoji and letters of some scripts.
    "|(?<!\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{0,5})[\\u{e0000}-\\u{e007e}]" +
    "|(?<!\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{2,6})\\u{e007f}" +
    "|(?<![\\p{So}\\p{Sk}\\ufe0f\\u0600-\\u08ff\\u0900-\\u0dff\\u0f00-\\u109f\\u1780-\\u18af\\u1900-\\u1cff" +
    "\\ua800-\\uabff\\ufb50-\\ufdcf\\ufe70-\\ufefc\\u{10a00}-\\u{11fff}])[\\u200c\\u200d]" +
    "|(?<![\\p{So}\\p{Sm}\\p{Sk}\\p{Po}\\p{Nd}\\p{Lo}#*])[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]",
  "gu",
);
const INLINE =
  /(`)([^`\n]{1,400})(`)|(\*\*)([^*\n]{1,400})(\*\*)|(?<![\w*])([*_])([^*_\s][^*_\n]{0,400})([*_])(?![\w*])/g;
const JSON_PARTS = /\s+|"(?:[^"\\]|\\[^])*"?|[{}[\],:]|[^\s"{}[\],:]+/g;

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function spelled(found) {
  if (found === "\r\n") return "\n";
  const code = found.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Other people's text on one line or for a tooltip, with nothing hidden in it. */
function visible(text) {
  return text.replace(HIDDEN, spelled);
}

function node(into, text, from, name) {
  const made = make("span", name, text);
  made.from = from;
  into.append(made);
  return made;
}

/** Append characters that stand at `from`; those within `lit` are marked. */
function put(into, text, from, name, lit) {
  const cuts = [0];
  for (const edge of lit ?? []) if (edge > from && edge < from + text.length) cuts.push(edge - from);
  cuts.push(text.length);
  for (let at = 0; at + 1 < cuts.length; at++) {
    const begin = from + cuts[at];
    const marked = lit && begin >= lit[0] && begin < lit[1];
    const piece = text.slice(cuts[at], cuts[at + 1]);
    const style = marked ? `${name} lit` : name;
    let done = 0;
    for (const found of piece.matchAll(HIDDEN)) {
      if (found.index > done) node(into, piece.slice(done, found.index), begin + done, style);
      node(into, spelled(found[0]), begin + found.index, `${style} odd`).whole = true;
      done = found.index + found[0].length;
    }
    if (done < piece.length) node(into, piece.slice(done), begin + done, style);
  }
}

/** Where a text may be cut at the latest: behind a line, else between characters. */
function cut(text, begin, end) {
  if (end - begin <= MOST) return end;
  const line = text.lastIndexOf("\n", begin + MOST - 1);
  if (line > begin) return line + 1;
  const code = text.charCodeAt(begin + MOST - 1);
  return code >= 0xd800 && code <= 0xdbff ? begin + MOST - 1 : begin + MOST;
}

/** [{begin, end, style}]: blocks that follow from what stands before and in them alone, so that a
 *  text which is cut anywhere has the same ones. */
function blocks(text, prose) {
  const found = [];
  const add = (begin, end, style) => {
    while (begin < end) {
      const stop = cut(text, begin, end);
      found.push({ begin, end: stop, style });
      begin = stop;
    }
  };
  if (!prose) {
    add(0, text.length, "plain");
    return found;
  }
  let begin = 0;
  let fence = "";
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at) + 1 || text.length;
    const line = text.slice(at, Math.min(next, at + 200));
    const ticks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence) {
      if (ticks.startsWith(fence) && !line.slice(line.indexOf(ticks) + ticks.length).trim()) {
        add(begin, next, "code");
        [begin, fence] = [next, ""];
      }
    } else if (ticks) {
      add(begin, at, table(text, begin) ? "table" : "prose");
      [begin, fence] = [at, ticks];
    } else if (!line.trim()) {
      add(begin, next, table(text, begin) ? "table" : "prose");
      begin = next;
    } else if (at > begin && table(line, 0) !== table(text, begin)) {
      add(begin, at, table(text, begin) ? "table" : "prose");
      begin = at;
    } else if (/^#{1,6} /.test(line)) {
      add(begin, at, table(text, begin) ? "table" : "prose");
      add(at, next, "heading");
      begin = next;
    }
    at = next;
  }
  add(begin, text.length, fence ? "code" : table(text, begin) ? "table" : "prose");
  return found;
}

/** Whether a line is one of a table. */
function table(text, at) {
  return text[at] === "|";
}

function putInline(into, text, from, lit) {
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    const [open, body, close] = found.slice(1).filter((part) => part !== undefined);
    if (found.index > done) put(into, text.slice(done, found.index), from + done, "", lit);
    const at = from + found.index;
    put(into, open, at, "mark", lit);
    put(into, body, at + open.length, open === "`" ? "tick" : open === "**" ? "strong" : "em", lit);
    put(into, close, at + open.length + body.length, "mark", lit);
    done = found.index + found[0].length;
  }
  if (done < text.length) put(into, text.slice(done), from + done, "", lit);
}

function putProse(into, text, from, lit) {
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at) + 1 || text.length;
    const line = text.slice(at, next);
    const lead = /^\s*(?:[-*+]|\d{1,9}[.)])\s|^(?:> ?)+/.exec(line)?.[0] ?? "";
    if (lead) put(into, lead, from + at, "lead", lit);
    putInline(into, line.slice(lead.length), from + at + lead.length, lit);
    at = next;
  }
}

/** Rows of a table; the line of dashes is only a mark. */
function putTable(into, text, from, lit) {
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at) + 1 || text.length;
    const line = text.slice(at, next).trimEnd();
    const row = make("div", /^[|\s:-]+$/.test(line) && line.includes("-") ? "mark" : "row");
    const begin = at + 1;
    for (const found of line.slice(1).matchAll(/(?:\\.|[^|\\])+|[|\\]/g)) {
      const [part] = found;
      if (part !== "|") {
        const cell = make("div", "cell");
        putInline(cell, part.trimEnd(), from + begin + found.index, lit);
        row.append(cell);
      }
    }
    into.append(row);
    at = next;
  }
}

/** Lines of a fence: those of the ticks are only what they name. */
function putCode(into, text, from, lit) {
  const opening = /^ {0,3}[`~]{3,}/.exec(text)?.[0] ?? "";
  const closing = /(?:^|\n) {0,3}[`~]{3,}\s*$/.exec(text.slice(opening.length))?.[0] ?? "";
  if (opening) put(into, opening, from, "mark", lit);
  const end = text.length - closing.length;
  const first = opening ? text.indexOf("\n", opening.length) : -1;
  const named = first < 0 && opening ? end : Math.max(first, opening.length);
  if (named > opening.length) {
    put(into, text.slice(opening.length, named), from + opening.length, "language", lit);
  }
  // The line of the language ends as a block does, and needs no line end.
  const begin = first >= 0 && named === opening.length ? Math.min(first + 1, end) : named;
  if (begin < end) put(into, text.slice(begin, end), from + begin, "", lit);
}

/** JSON in lines of its own, whole or as far as it came, to the letter. */
function putJson(into, text, lit) {
  let depth = 0;
  let empty = false;
  const line = () => into.append("\n" + "  ".repeat(Math.min(depth, 40)));
  for (const found of text.matchAll(JSON_PARTS)) {
    const [part] = found;
    if (!part.trim()) continue;
    if (part === "}" || part === "]") {
      depth = Math.max(depth - 1, 0);
      if (!empty) line();
    } else if (empty) {
      line();
    }
    empty = part === "{" || part === "[";
    const key = part[0] === '"' && /^\s*:/.test(text.slice(found.index + part.length, found.index + part.length + 20));
    put(into, part, found.index, key ? "key" : part[0] === '"' ? "string" : "", lit);
    if (part === ":") into.append(" ");
    if (part === ",") line();
    if (empty) depth++;
  }
}

/** Blocks that follow one another, as parts of a page: [{begin, end, blocks}]. */
function parts(all) {
  const found = [];
  for (const block of all) {
    const last = found.at(-1);
    if (last && block.end - last.begin <= MOST) {
      last.blocks.push(block);
      last.end = block.end;
    } else {
      found.push({ begin: block.begin, end: block.end, blocks: [block] });
    }
  }
  return found;
}

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) target.draw();
  },
  { rootMargin: "1000px" },
);

/** One text of the page: as much of it as is said, drawn anew only where it changed. The parts of a
 *  long one are drawn when they come near; until then they are their source. */
class Ink {
  /** `style`: prose, plain or json. */
  constructor(style) {
    this.element = make("div", `ink ${style}`);
    this.element.dir = "auto";
    this.style = style;
    this.text = null;
    this.end = 0;
    this.lit = null;
  }

  /** Show `text` up to `end`; `lit`: [begin, end] of what is marked, or null. */
  show(text, end, lit) {
    if (text !== this.text) {
      this.text = text;
      this.end = 0;
      this.lit = null;
      this.element.replaceChildren();
      this.json = this.style === "json" && text.length <= LONGEST && /^\s*[{[]/.test(text);
      this.parts = this.json ? [] : parts(blocks(text, this.style === "prose"));
      this.begins = this.parts.map((part) => part.begin);
      this.element.classList.toggle("long", text.length > LONGEST);
    }
    const same = lit === this.lit || (lit && this.lit && lit[0] === this.lit[0] && lit[1] === this.lit[1]);
    if (same && end === this.end) return;
    if (this.json) {
      this.element.replaceChildren();
      putJson(this.element, text.slice(0, end), lit);
    } else {
      this.change(end, lit, same ? null : this.lit);
    }
    this.end = end;
    this.lit = lit;
  }

  /** Bring those parts up to date that another end or other marks change. */
  change(end, lit, old) {
    const { children } = this.element;
    const shown = below(this.begins, end);
    const stale = new Set();
    const touch = (begin, stop) => {
      const first = Math.max(below(this.begins, begin + 1) - 1, 0);
      for (let at = first; at < shown && this.begins[at] < stop; at++) stale.add(at);
    };
    if (end !== this.end) touch(Math.min(end, this.end) - 1, Math.max(end, this.end));
    if (lit) touch(lit[0], lit[1]);
    if (old) touch(old[0], old[1]);
    while (children.length > shown) {
      near.unobserve(this.element.lastChild);
      this.element.lastChild.remove();
    }
    const all = document.createDocumentFragment();
    for (let at = children.length; at < shown; at++) all.append(make("div", "part"));
    this.element.append(all);
    for (const at of stale) {
      const part = this.parts[at];
      const marked = lit && lit[0] < part.end && lit[1] > part.begin;
      this.part(children[at], part, end, lit, this.text.length <= LONGEST || at === shown - 1 || marked);
    }
  }

  part(into, part, limit, lit, now) {
    into.draw = () => {
      near.unobserve(into);
      into.replaceChildren(...part.blocks.filter(({ begin }) => begin < limit).map((block) => this.block(block, limit, lit)));
    };
    if (now) {
      into.draw();
    } else {
      into.textContent = visible(this.text.slice(part.begin, Math.min(part.end, limit)));
      near.observe(into);
    }
  }

  block({ begin, end, style }, limit, lit) {
    const text = this.text.slice(begin, Math.min(end, limit));
    const said = style === "code" || style === "plain" ? text : text.replace(/\s+$/, "");
    const into = make("div", said ? style : "blank");
    if (style === "table") putTable(into, said, begin, lit);
    else if (style === "code") putCode(into, said.replace(/\n$/, ""), begin, lit);
    else if (style === "plain") put(into, said, begin, "", lit);
    else if (style === "heading") {
      const marks = /^#+ /.exec(said)?.[0] ?? "";
      into.dataset.level = marks.length - 1;
      put(into, marks, begin, "mark", lit);
      putInline(into, said.slice(marks.length), begin + marks.length, lit);
    } else putProse(into, said, begin, lit);
    return into;
  }

  /** The character that was clicked; -1: none. */
  at(click) {
    let place = null;
    if (document.caretPositionFromPoint) {
      const found = document.caretPositionFromPoint(click.clientX, click.clientY);
      place = found && [found.offsetNode, found.offset];
    } else if (document.caretRangeFromPoint) {
      const found = document.caretRangeFromPoint(click.clientX, click.clientY);
      place = found && [found.startContainer, found.startOffset];
    }
    const piece = place?.[0].parentElement;
    if (piece?.from === undefined || !this.element.contains(piece)) return -1;
    const most = piece.whole ? 0 : piece.textContent.length - 1;
    return piece.from + Math.min(place[1], most);
  }
}
