// Items as cards. A card is made once and then only brought up to date.

const STYLES = { text: "prose", refusal: "plain", summary: "prose", arguments: "json", code: "plain" };

function badge(element, [words, tone] = []) {
  element.hidden = !words;
  element.textContent = visible(words ?? "");
  element.dataset.tone = tone ?? "";
}

class Card {
  /** `point(slot, field, offset)` is called when a character was clicked. */
  constructor(slot, point) {
    this.slot = slot;
    this.point = point;
    this.shown = null;
    this.inks = new Map();
    this.element = make("article");
    this.head = make("header");
    this.name = make("strong", "name");
    this.badge = make("span", "badge");
    this.time = make("span", "chip");
    this.head.append(this.name, this.badge, this.time);
    this.body = make("div", "body");
    this.boxes = make("div", "boxes");
    this.notes = make("div", "notes");
    this.element.append(this.head, this.body, this.boxes, this.notes);
  }

  /** As it stood after `count` events; what the event `picked` made of it is marked. */
  show(count, picked) {
    const face = this.slot.face(count);
    if (face !== this.shown) this.look(face);
    for (const [field, growth] of this.slot.texts) {
      const { version, end } = growth.after(count);
      let ink = this.inks.get(field);
      if (!ink) {
        if (!end) continue;
        ink = this.ink(field);
      }
      const made = picked >= 0 ? growth.made(picked) : null;
      const lit = made && made.version === version && made.begin < end ? [made.begin, made.end] : null;
      ink.element.hidden = !end;
      ink.show(growth.text(version), end, lit);
    }
    const bare = !face.notes && !face.boxes && !this.body.querySelector(":scope > :not([hidden])");
    this.element.classList.toggle("bare", bare);
  }

  ink(field) {
    const ink = new Ink(STYLES[field] ?? "plain");
    ink.element.dataset.field = field;
    ink.element.addEventListener("click", (click) => {
      const offset = document.getSelection().isCollapsed ? ink.at(click) : -1;
      if (offset >= 0) this.point(this.slot, field, offset);
    });
    this.inks.set(field, ink);
    this.body.append(ink.element);
    return ink;
  }

  look(face) {
    const old = this.shown ?? {};
    this.shown = face;
    this.element.className = `card ${face.kind}`;
    this.name.textContent = visible(face.name);
    badge(this.badge, face.badge);
    this.time.textContent = face.time ?? "";
    if (JSON.stringify(face.notes) !== JSON.stringify(old.notes)) {
      this.notes.replaceChildren(...(face.notes ?? []).map((note) => make("p", "", visible(note))));
    }
    if (JSON.stringify(face.boxes) !== JSON.stringify(old.boxes)) {
      this.boxes.replaceChildren(...(face.boxes ?? []).map(([title, text, style]) => box(title, text, style)));
    }
  }
}

/** A text that stands in a card as a whole; under a title it can be folded. */
function box(title, text, style) {
  const ink = new Ink(style);
  ink.show(text, text.length, null);
  if (!title) return ink.element;
  const fold = make("details");
  fold.open = title !== "Item";
  fold.append(make("summary", "", title), ink.element);
  return fold;
}
