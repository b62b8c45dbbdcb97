// The parts of the page. Each shows the tape at a place: {count, picked}.

const ROW = 21;
// Pixels of a row of the list.
const TALLEST = 8_000_000;
// Pixels that a list may be high: browsers give up at some more.
const BINS = 300;
// Of the line that says how dense events came.
const MANY = 100;
// Cards from which on those out of sight are not laid out.

const byId = (id) => document.getElementById(id);
const decimals = (value, digits) => value.toFixed(digits);
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** 412 ms, 3.1 s, 2 min 5 s. */
function lasted(microseconds) {
  const seconds = microseconds / 1e6;
  if (seconds < 0.9995) return `${Math.round(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${decimals(seconds, 1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

class Talk {
  constructor(tape, point) {
    this.tape = tape;
    this.point = point;
    this.pane = byId("talk");
    this.items = byId("items");
    this.standing = byId("standing");
    this.cards = new Map();
    this.shown = [];
    const { before, asked } = tape.data;
    this.earlier(byId("before"), before);
    this.earlier(byId("asked"), asked);
    this.following = false;
    this.pane.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.pane;
      this.following = scrollHeight - scrollTop - clientHeight < 24;
    });
  }

  /** What stood there before the first event. */
  earlier(into, rows) {
    if (rows.length > MANY) into.classList.add("many");
    const cards = rows.map((row) => {
      const card = new Card(new Slot(row, -1), () => {});
      card.show(0, -1);
      return card.element;
    });
    into.append(...cards);
  }

  show({ count, picked, playing }) {
    const slots = this.tape.items(count);
    const same = slots.length === this.shown.length && slots.every((slot, at) => slot === this.shown[at]);
    for (const slot of slots) this.card(slot).show(count, picked);
    if (!same) {
      const elements = slots.map((slot) => this.card(slot).element);
      for (let at = this.items.children.length; at-- > 0; ) {
        if (!elements.includes(this.items.children[at])) this.items.children[at].remove();
      }
      elements.forEach((element, at) => {
        if (this.items.children[at] !== element) this.items.insertBefore(element, this.items.children[at] ?? null);
      });
      this.items.classList.toggle("many", slots.length > MANY);
      this.shown = slots;
    }
    this.stand(count);
    if (playing && this.following) this.pane.scrollTop = this.pane.scrollHeight;
  }

  card(slot) {
    let card = this.cards.get(slot);
    if (!card) this.cards.set(slot, (card = new Card(slot, this.point)));
    return card;
  }

  /** How the run stands, below what was said. */
  stand(count) {
    const [, state] = this.tape.states.at(count) ?? [0, ["not sent yet", "muted"]];
    const [words, tone, title, detail] = state;
    const usage = this.tape.usages.at(count);
    badge(byId("outcome"), [words, tone]);
    const text = [words, title, detail, usage?.[1]].join("\n");
    if (this.standing.said === text) return;
    this.standing.said = text;
    this.standing.replaceChildren();
    if (title) {
      const card = make("article", "card problem");
      card.append(make("strong", "", visible(title)));
      if (detail) card.append(make("p", "", visible(detail)));
      this.standing.append(card);
    }
    const line = make("p", "chip");
    line.append(make("span", "state", visible(words)));
    line.firstChild.dataset.tone = tone;
    if (usage) line.append(` · ${usage[1]}`);
    this.standing.append(line);
  }

  /** Bring what an event made into sight. */
  reveal() {
    this.items.querySelector(".lit")?.scrollIntoView({ block: "nearest" });
  }
}

class Facts {
  constructor(tape) {
    this.tape = tape;
    this.pane = byId("facts");
    const { cost, timed, spent, ids, head } = tape.data;
    this.tokens = this.section("Tokens");
    this.money = this.section("Cost");
    this.section("Time").append(this.rows(timed));
    this.section("Where the time went").append(this.bar(spent));
    this.section("Run").append(
      this.rows([["API", head.api], ["Server", head.server], ...ids, ["Id", head.id]]),
    );
    this.known = tape.usages.from.at(-1) ?? -1;
    this.cost = cost;
    this.said = undefined;
  }

  section(title) {
    const body = make("div");
    const section = make("section");
    section.append(make("h2", "", title), body);
    this.pane.append(section);
    return body;
  }

  rows(pairs) {
    const list = make("dl");
    for (const [name, value] of pairs) {
      list.append(make("dt", /^[a-z]/.test(name) ? "part" : "", name), make("dd", name ? "" : "alone", visible(value)));
    }
    return list;
  }

  bar(spent) {
    const all = make("div", "spent");
    const bar = make("div", "bar");
    const total = this.tape.data.end || 1;
    const list = make("dl");
    for (const [kind, words, time] of spent) {
      const part = make("i");
      part.dataset.kind = kind;
      part.style.flexGrow = time;
      part.title = `${words}: ${lasted(time)}`;
      bar.append(part);
      const name = make("dt");
      const mark = make("i");
      mark.dataset.kind = kind;
      name.append(mark, words);
      list.append(name, make("dd", "", `${lasted(time)} · ${Math.round((100 * time) / total)} %`));
    }
    all.append(bar, list);
    return all;
  }

  show({ count }) {
    const usage = this.tape.usages.at(count);
    const due = count > this.known;
    const over = count === this.tape.count;
    const said = `${usage?.[0]} ${due} ${over}`;
    if (said === this.said) return;
    this.said = said;
    this.tokens.replaceChildren(usage ? this.rows(usage[2]) : make("p", "muted", over ? "none were reported" : "not known yet"));
    const { cost } = this;
    if (!cost || !(due || over)) {
      this.money.replaceChildren(make("p", "muted", over ? "unknown" : "not known yet"));
      return;
    }
    const lines = make("dl", cost.rows.length ? "sum" : "none");
    for (const [what, rate, amount] of cost.rows) {
      lines.append(make("dt", "", visible(what)), make("dd", "", amount), make("dd", "alone", rate));
    }
    this.money.replaceChildren(make("p", "strong number", cost.chip), lines, make("p", "muted", visible(cost.told)));
  }
}

class Lanes {
  /** `seek(time)` is called where the time line was clicked, in microseconds. */
  constructor(tape, seek) {
    this.tape = tape;
    this.pane = byId("lanes");
    this.end = Math.max(tape.data.end, 1);
    this.track = make("div", "track");
    for (const { name, bars } of tape.data.lanes) this.lane(name, bars);
    this.density();
    this.head = make("div", "head");
    this.track.append(this.head);
    this.pane.append(this.track);
    const to = (click) => {
      const box = this.track.lastLine.getBoundingClientRect();
      seek((Math.min(Math.max((click.clientX - box.left) / box.width, 0), 1)) * this.end);
    };
    this.track.addEventListener("pointerdown", (click) => {
      if (click.button) return;
      this.track.setPointerCapture(click.pointerId);
      to(click);
    });
    this.track.addEventListener("pointermove", (move) => {
      if (this.track.hasPointerCapture(move.pointerId)) to(move);
    });
  }

  line(name) {
    const row = make("div", "lane");
    const line = make("div", "bars");
    row.append(make("span", "name", visible(name)), line);
    row.firstChild.title = visible(name);
    this.track.append(row);
    this.track.lastLine = line;
    return line;
  }

  lane(name, bars) {
    const line = this.line(name);
    for (const [kind, begin, end, label] of bars) {
      const bar = make("i");
      bar.dataset.kind = kind;
      bar.style.left = `${(100 * begin) / this.end}%`;
      bar.style.width = `${(100 * (end - begin)) / this.end}%`;
      bar.title = `${visible(label)} · ${lasted(end - begin)}`;
      line.append(bar);
    }
  }

  /** How many events came in each part of the time. */
  density() {
    const line = this.line("events");
    line.classList.add("density");
    const bins = new Float64Array(BINS);
    for (const time of this.tape.times) bins[Math.min(Math.floor((time * BINS) / this.end), BINS - 1)]++;
    const most = Math.max(...bins, 1);
    bins.forEach((value, at) => {
      if (!value) return;
      const bar = make("i");
      bar.style.left = `${(100 * at) / BINS}%`;
      bar.style.width = `${100 / BINS}%`;
      bar.style.height = `${10 + (90 * value) / most}%`;
      line.append(bar);
    });
  }

  show({ count }) {
    this.head.style.setProperty("--at", this.tape.time(count) / this.end);
  }
}

class List {
  /** `pick(number)` when a row was clicked, `go(number)` when it was clicked twice. */
  constructor(tape, pick, go) {
    this.tape = tape;
    this.pane = byId("list");
    this.body = byId("rows");
    this.pool = [];
    this.place = { count: 0, picked: -1 };
    const height = Math.min(tape.count * ROW, TALLEST);
    this.scale = height ? (tape.count * ROW) / height : 1;
    this.body.style.height = `${height}px`;
    this.pane.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.pane);
    this.body.addEventListener("click", (click) => {
      const row = click.target.closest(".line");
      if (row) pick(row.number);
    });
    this.body.addEventListener("dblclick", (click) => {
      const row = click.target.closest(".line");
      if (row) go(row.number);
    });
  }

  row() {
    const row = make("div", "line");
    row.setAttribute("role", "option");
    for (const name of ["number", "number", "number wide", "", "wide", "", "number wide"]) row.append(make("span", name));
    return row;
  }

  show(place) {
    const moved = place.picked !== this.place.picked;
    this.place = place;
    if (moved && place.picked >= 0) this.reveal(place.picked);
    this.draw();
  }

  reveal(number) {
    const height = this.pane.clientHeight - ROW;
    const top = (number * ROW) / this.scale;
    if (top < this.pane.scrollTop) this.pane.scrollTop = top;
    else if (top + ROW > this.pane.scrollTop + height) this.pane.scrollTop = top + ROW - height;
  }

  draw() {
    const { tape, place } = this;
    const first = Math.max(Math.floor((this.pane.scrollTop * this.scale) / ROW) - 1, 0);
    const shown = Math.min(Math.ceil((this.pane.clientHeight || 400) / ROW) + 2, tape.count - first);
    while (this.pool.length < shown) {
      this.pool.push(this.row());
      this.body.append(this.pool.at(-1));
    }
    this.pool.forEach((row, at) => {
      row.hidden = at >= shown;
      if (at < shown) this.fill(row, first + at, place);
    });
    // Beyond the tallest list rows stand where the scroll bar is, not where they would be.
    const lead = first * ROW - (this.scale > 1 ? Math.round(this.pane.scrollTop * (this.scale - 1)) : 0);
    this.pool.forEach((row, at) => (row.style.top = `${lead + at * ROW}px`));
    this.pane.setAttribute("aria-activedescendant", place.picked >= 0 ? `row-${place.picked}` : "");
  }

  fill(row, number, { count, picked }) {
    const { events } = this.tape.data;
    const cells = row.children;
    row.classList.toggle("later", number >= count);
    row.classList.toggle("picked", number === picked);
    row.setAttribute("aria-selected", String(number === picked));
    if (row.number === number) return;
    row.number = number;
    row.id = `row-${number}`;
    const slot = this.tape.slot(number);
    const time = this.tape.times[number];
    const flagged = events.flags[number];
    row.dataset.tone = flagged && !events.words[number] ? "error" : this.tape.tone(number);
    row.title = flagged ? visible(flagged) : "";
    cells[0].textContent = number;
    cells[1].textContent = decimals(time / 1e3, 1);
    cells[2].textContent = number ? decimals((time - this.tape.times[number - 1]) / 1e3, 1) : "";
    cells[3].textContent = visible(this.tape.name(number)[0]);
    cells[4].textContent = slot ? visible(slot.face(number + 1).name) : "";
    cells[5].textContent = visible(this.tape.delta(number)).replace(/\s/g, " ");
    cells[6].textContent = grouped(events.size[number]);
  }
}

class Detail {
  constructor(tape) {
    this.tape = tape;
    this.shown = "";
    this.mode = "json";
    this.picked = -1;
    for (const mode of ["json", "raw"]) {
      byId(mode).addEventListener("click", () => {
        this.mode = mode;
        this.show({ picked: this.picked });
      });
    }
  }

  show({ picked }) {
    this.picked = picked;
    const key = `${picked} ${this.mode}`;
    if (key === this.shown) return;
    this.shown = key;
    for (const mode of ["json", "raw"]) byId(mode).setAttribute("aria-pressed", String(mode === this.mode));
    const source = byId("source");
    byId("go").disabled = picked < 0;
    if (picked < 0) {
      byId("said").textContent = "Nothing has arrived yet.";
      byId("flag").textContent = "";
      source.replaceChildren();
      return;
    }
    const { events } = this.tape.data;
    const [, leg, attempt] = this.tape.tries.at(picked + 1);
    const chunk = this.tape.chunks[picked];
    const where = [`${grouped(events.size[picked])} bytes`, `request ${leg + 1}`];
    if (attempt) where.push(`attempt ${attempt + 1}`);
    if (chunk >= 0) where.push(`chunk ${chunk}`);
    byId("said").textContent = `#${picked} ${visible(this.tape.name(picked)[0])} · ${where.join(" · ")}`;
    byId("flag").textContent = visible(events.flags[picked] ?? "");
    const text = this.mode === "json" ? payload(events.raw[picked]) : events.raw[picked];
    const ink = new Ink(this.mode === "json" ? "json" : "plain");
    ink.show(text, text.length, null);
    source.replaceChildren(ink.element);
    source.scrollTop = 0;
  }
}

/** The data of a block of an event stream; of anything else the whole. */
function payload(raw) {
  if (!/^(?:event|data|id|retry|:)/.test(raw.replace(/^\ufeff/, ""))) return raw;
  const lines = raw.split(/\r\n|\r|\n/);
  return lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, "")).join("\n");
}
