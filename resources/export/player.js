// The player: where the tape stands, and what moves it.

const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 20];
const WAIT = 1_000_000;
// Microseconds that a wait takes at most, where waits are shortened.

class Player {
  constructor(tape) {
    this.tape = tape;
    this.place = { count: 0, picked: -1, playing: false };
    this.clock = 0;
    // The time of the run at which it is played, in microseconds.
    this.talk = new Talk(tape, (slot, field, offset) => {
      const growth = slot.texts.get(field);
      const number = growth.event(growth.after(this.place.count).version, offset);
      if (number >= 0) this.pick(number);
    });
    this.list = new List(tape, (number) => this.pick(number), (number) => this.seek(number + 1));
    this.panes = [
      this.talk,
      new Facts(tape),
      new Lanes(tape, (time) => this.seek(tape.until(time))),
      this.list,
      new Detail(tape),
    ];
    this.controls();
    document.addEventListener("keydown", (key) => this.press(key));
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("beforeprint", () => {
      for (const part of document.querySelectorAll(".part")) part.draw?.();
    });
  }

  controls() {
    byId("scrub").max = this.tape.count;
    byId("scrub").addEventListener("input", () => this.seek(Number(byId("scrub").value)));
    byId("first").addEventListener("click", () => this.seek(0));
    byId("back").addEventListener("click", () => this.step(-1));
    byId("play").addEventListener("click", () => this.toggle());
    byId("on").addEventListener("click", () => this.step(1));
    byId("last").addEventListener("click", () => this.seek(this.tape.count));
    byId("go").addEventListener("click", () => this.seek(this.place.picked + 1));
  }

  /** Stand behind the first `count` events. */
  seek(count) {
    this.pause();
    count = Math.min(Math.max(count, 0), this.tape.count);
    this.move(count);
    this.talk.reveal();
    this.note();
  }

  step(by) {
    this.seek(this.place.count + by);
  }

  /** Look at an event without going there. */
  pick(number) {
    this.pause();
    this.place = { ...this.place, picked: Math.min(Math.max(number, 0), this.tape.count - 1) };
    this.show();
    this.talk.reveal();
  }

  move(count) {
    this.place = { ...this.place, count, picked: count - 1 };
    this.clock = this.tape.time(count);
    this.show();
  }

  show() {
    const { count, playing } = this.place;
    for (const pane of this.panes) pane.show(this.place);
    byId("scrub").value = count;
    byId("place").textContent = `${grouped(count)} of ${grouped(this.tape.count)} · ${decimals(this.tape.time(count) / 1e6, 3)} s`;
    byId("scrub").setAttribute("aria-valuetext", byId("place").textContent);
    byId("play").classList.toggle("playing", playing);
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  toggle() {
    if (this.place.playing) {
      this.pause();
      this.show();
      this.note();
      return;
    }
    if (this.place.count === this.tape.count) this.move(0);
    this.place = { ...this.place, playing: true };
    this.talk.following = true;
    let before = null;
    const frame = (now) => {
      if (!this.place.playing) return;
      if (before !== null) this.advance((now - before) * 1e3 * Number(byId("speed").value));
      before = now;
      if (this.place.playing) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.show();
  }

  pause() {
    this.place = { ...this.place, playing: false };
  }

  advance(time) {
    const { tape } = this;
    const next = tape.times[this.place.count];
    if (byId("short").checked && next - this.clock > WAIT) this.clock = next - WAIT;
    this.clock += time;
    const clock = this.clock;
    const count = tape.until(clock);
    if (count === tape.count) this.pause();
    if (count !== this.place.count || count === tape.count) this.move(count);
    this.clock = clock;
    if (count === tape.count) this.note();
  }

  press(key) {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const at = key.target.tagName;
    const typing = at === "SELECT" || at === "SUMMARY" || (at === "BUTTON" && key.key === " ");
    if (typing || (at === "INPUT" && key.target.type === "checkbox")) return;
    const listed = key.target === byId("list");
    const page = Math.max(Math.floor(byId("list").clientHeight / ROW) - 1, 1);
    const moves = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      Home: () => this.seek(0),
      End: () => this.seek(this.tape.count),
      ArrowUp: () => (listed ? this.pick(this.place.picked - 1) : this.faster(1)),
      ArrowDown: () => (listed ? this.pick(this.place.picked + 1) : this.faster(-1)),
    };
    if (listed) {
      moves.PageUp = () => this.pick(this.place.picked - page);
      moves.PageDown = () => this.pick(this.place.picked + page);
      moves.Enter = () => this.seek(this.place.picked + 1);
    }
    if (!Object.hasOwn(moves, key.key)) return;
    key.preventDefault();
    moves[key.key]();
  }

  faster(by) {
    const at = SPEEDS.indexOf(Number(byId("speed").value)) + by;
    if (at in SPEEDS) byId("speed").value = String(SPEEDS[at]);
  }

  /** Write the place into the address: a link to this moment. */
  note() {
    try {
      history.replaceState(null, "", `#at=${this.place.count}`);
    } catch {
      // Some browsers do not let a file change its address, and nothing depends on it.
    }
  }

  /** Go where the address says; else to the end, where all of it can be read. */
  follow() {
    const found = /^#at=(\d{1,9})$/.exec(location.hash);
    this.pause();
    this.move(found ? Math.min(Number(found[1]), this.tape.count) : this.tape.count);
    if (found) this.talk.reveal();
  }
}

function begin() {
  const data = JSON.parse(byId("recording").textContent);
  const { head } = data;
  byId("title").textContent = visible(head.title);
  byId("about").textContent = visible([head.model, head.server, head.date].filter(Boolean).join(" · "));
  byId("page").hidden = false;
  const player = new Player(new Tape(data));
  player.follow();
}

try {
  begin();
} catch (fault) {
  byId("fault").hidden = false;
  byId("fault").textContent = `This file is damaged and cannot be replayed. ${fault}`;
}
