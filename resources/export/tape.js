"use strict";
// The run as it was recorded, and how it stood after any number of its events. Nothing here knows
// the page.

/** Numbers of which each was written as its difference from the one before. */
function sums(differences) {
  const numbers = new Float64Array(differences.length);
  let sum = 0;
  for (let at = 0; at < differences.length; at++) numbers[at] = sum += differences[at];
  return numbers;
}

/** How many of ascending numbers lie below a limit. */
function below(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of which each holds from the event on that it begins with. */
class Steps {
  constructor(rows) {
    this.rows = rows;
    this.from = rows.map((row) => row[0]);
  }

  /** The row that holds after `count` events; undefined: none yet. */
  at(count) {
    return this.rows[below(this.from, count) - 1];
  }
}

/** A text that grew. A version is what another text replaced, as if it had always been there. */
class Growth {
  constructor(versions) {
    this.versions = versions.map((one) => ({
      keep: one.keep,
      text: one.text,
      at: sums(one.at),
      to: sums(one.to),
    }));
    this.from = this.versions.map((one) => (one.at.length ? one.at[0] : Infinity));
    this.cached = { version: -1, text: "" };
  }

  /** {version, end}: which text there is after `count` events, and how much of it. */
  after(count) {
    const version = Math.max(below(this.from, count) - 1, 0);
    const { at, to, keep } = this.versions[version];
    const done = below(at, count);
    return { version, end: done ? to[done - 1] : keep };
  }

  /** All that a version ever was. */
  text(version) {
    let { version: at, text } = this.cached;
    if (at > version) [at, text] = [-1, ""];
    for (; at < version; at++) {
      const next = this.versions[at + 1];
      text = text.slice(0, next.keep) + next.text;
    }
    this.cached = { version, text };
    return text;
  }

  /** {version, begin, end}: the characters that an event brought; null: none. */
  made(number) {
    const version = below(this.from, number + 1) - 1;
    if (version < 0) return null;
    const { at, to, keep } = this.versions[version];
    const place = below(at, number);
    if (at[place] !== number) return null;
    const begin = place ? to[place - 1] : keep;
    return to[place] > begin ? { version, begin, end: to[place] } : null;
  }

  /** The event that brought a character. */
  event(version, offset) {
    while (version > 0 && offset < this.versions[version].keep) version--;
    const { at, to } = this.versions[version];
    return at[below(to, offset + 1)];
  }
}

/** An item, and what became of it. */
class Slot {
  constructor(row, number) {
    this.number = number;
    this.born = row.born;
    this.gone = row.gone ?? Infinity;
    this.faces = new Steps(row.faces);
    this.texts = new Map();
    for (const [name, versions] of Object.entries(row.texts ?? {})) {
      this.texts.set(name, new Growth(versions));
    }
  }

  stands(count) {
    return this.born < count && this.gone >= count;
  }

  face(count) {
    return this.faces.at(count)[1];
  }
}

class Tape {
  constructor(data) {
    const { events } = data;
    this.data = data;
    this.count = events.name.length;
    this.times = sums(events.t);
    this.chunks = sums(events.chunk);
    this.slots = data.slots.map((row, number) => new Slot(row, number));
    this.born = this.slots.map((slot) => slot.born);
    this.orders = new Steps(data.orders);
    this.states = new Steps(data.states);
    this.usages = new Steps(data.usages);
    this.tries = new Steps(events.tries);
  }

  /** The items after `count` events, in their order. */
  items(count) {
    const order = this.orders.at(count);
    const rest = order ? below(this.born, order[0] + 1) : 0;
    const placed = order ? order[1].map((number) => this.slots[number]) : [];
    const all = placed.concat(this.slots.slice(rest, below(this.born, count)));
    return all.filter((slot) => slot.stands(count));
  }

  /** How many events had come by a time, in microseconds of the run. */
  until(time) {
    return below(this.times, time + 1);
  }

  /** When the last of `count` events came. */
  time(count) {
    return count ? this.times[count - 1] : 0;
  }

  name(number) {
    return this.data.events.names[this.data.events.name[number]];
  }

  /** The slot of the item that an event changed; undefined: none. */
  slot(number) {
    return this.slots[this.data.events.slot[number]];
  }

  /** The colour token of an event. */
  tone(number) {
    const tone = this.name(number)[1];
    if (tone) return tone;
    const slot = this.slot(number);
    if (!slot) return "ours";
    const { kind } = slot.face(number + 1);
    const tones = { message: "text_event", user: "ours", reasoning: "reasoning", notice: "ours" };
    return tones[kind] ?? "tool";
  }

  /** What an event brought, in a few words. */
  delta(number) {
    const words = this.data.events.words[number];
    if (words !== undefined) return words;
    const slot = this.slot(number);
    if (!slot) return "";
    for (const growth of slot.texts.values()) {
      const made = growth.made(number);
      if (made) return growth.text(made.version).slice(made.begin, Math.min(made.end, made.begin + 200));
    }
    return "";
  }
}
