// One question on the section page: what is said beside it, and what it last handed over.

import * as answers from "./answers.js";
import { show } from "./faults.js";

/** What the texts beside an answer are called, by field, in their order. */
export const labelsOf = (sheet) => Object.fromEntries(JSON.parse(sheet.dataset.texts));

export class Card {
  constructor(element, sheet) {
    this.element = element;
    this.sheet = sheet;
    this.labels = labelsOf(sheet);
    this.question = element.dataset.question;
    this.revision = Number(element.dataset.revision);
    this.clear = element.querySelector("[data-clear]");
    this.texts = Object.keys(this.labels).map((name) => [name, element.querySelector(`[name="${element.dataset.name}-${name}"]`)]);
    this.stateAtFirst = element.querySelector("[data-state]")?.textContent ?? "";
    // A page that came back with faults holds words that were never kept.
    this.unkept = element.hasAttribute("data-wrong");
    this.showSent();
  }

  /** Begin with what the server sent. */
  showSent() {
    this.touched = new Set(); // the fields whose inputs the reader has changed, or this page for the reader
    this.restore();
    this.last = { value: this.unkept ? "" : this.stamp() };
    for (const [name, area] of this.texts) this.last[name] = this.unkept ? "" : area.value.trim();
  }

  /** After Back a browser fills inputs again by itself: whatever nobody touched shows what the server sent. */
  restore() {
    if (!this.touched.has("value")) answers.restore(this.element);
    for (const [name, area] of this.texts) if (!this.touched.has(name)) area.value = area.defaultValue;
    this.refresh();
  }

  touch(input) {
    const [name] = this.texts.find(([, area]) => area === input) ?? ["value"];
    this.touched.add(name);
  }

  isTouched(name) {
    return this.unkept || this.touched.has(name);
  }

  get value() {
    return answers.read(this.element);
  }

  get required() {
    return this.element.hasAttribute("data-required");
  }

  get answered() {
    return this.element.hasAttribute("data-answered");
  }

  stamp(value = this.value) {
    return JSON.stringify(value);
  }

  /** The touched fields that changed since they were last handed over; half a ratio waits for its reader. */
  changes(leaving) {
    const fields = {};
    const settled = leaving || !answers.isHalfway(this.element);
    if (this.isTouched("value") && this.stamp() !== this.last.value && settled) fields.value = this.value;
    for (const [name, area] of this.texts)
      if (this.isTouched(name) && area.value.trim() !== this.last[name]) fields[name] = area.value.trim();
    // Who touches any of what the last round left here has looked at all of it.
    if (this.waits && Object.keys(fields).length) Object.assign(fields, this.whole);
    this.remember(fields);
    return fields;
  }

  /** Whether the inputs show last round's answer, which nobody of the firm has touched. */
  get waits() {
    return this.element.hasAttribute("data-waits");
  }

  /** The answer with its texts, as they stand in the inputs. */
  get whole() {
    return { value: this.value, ...Object.fromEntries(this.texts.map(([name, area]) => [name, area.value.trim()])) };
  }

  /** Let last round's answer stand: it is handed over as if it had been given now. */
  accept() {
    this.touched.add("value");
    this.last.value = "";
  }

  remember(fields) {
    if (fields.value !== undefined) this.last.value = this.stamp(fields.value);
    for (const [name] of this.texts) if (fields[name] !== undefined) this.last[name] = fields[name];
  }

  /** Put an answer, its texts or both into the inputs. */
  write(fields) {
    if (fields.value !== undefined) {
      answers.write(this.element, fields.value);
      this.touched.add("value");
    }
    for (const [name, area] of this.texts) {
      if (fields[name] !== undefined) {
        area.value = fields[name];
        this.touched.add(name);
      }
      if (fields[name]) area.closest("details")?.setAttribute("open", "");
    }
    this.remember({ ...fields, ...(fields.value !== undefined && { value: this.value }) });
    this.refresh();
  }

  /** Bring up to date what is only to be seen of the inputs. */
  refresh() {
    show(() => this.showInputs());
  }

  showInputs() {
    answers.showPercent(this.element);
    if (this.clear) this.clear.hidden = this.value === null;
  }

  /** An answer in words; the one in the inputs where `fields` speaks of none. */
  describe(fields) {
    return answers.describe(this.element, "value" in fields ? fields.value : this.value);
  }

  /** The texts of an answer in words. */
  notes(fields) {
    return Object.entries(this.labels).filter(([name]) => fields[name]).map(([name, label]) => `${label}：${fields[name]}`);
  }

  say(words) {
    this.element.querySelector("[data-state]").textContent = words;
  }

  /** Whether the page was made after this save, and somebody's next one: then it shows that one. */
  isAheadOf({ revision }) {
    return revision < this.revision;
  }

  showSaved({ value, revision }) {
    this.unkept = false;
    this.showFaults({});
    delete this.element.dataset.wrong;
    this.element.toggleAttribute("data-answered", value !== null);
    this.element.removeAttribute("data-waits");
    this.element.querySelector("[data-last]")?.remove();
    this.element.querySelector(`[name="${this.element.dataset.name}-base"]`).value = revision;
    this.element.querySelector(".clash")?.remove();
  }

  showFaults(fields) {
    const others = Object.keys(fields).filter((name) => !(name in this.labels));
    this.put("[data-fault]", others.map((name) => fields[name]).join("；"));
    for (const input of this.element.querySelectorAll("input.form-control, textarea"))
      input.classList.toggle("is-invalid", others.some((part) => part === "value" || input.name.endsWith(`-${part}`)));
    for (const [name, area] of this.texts) {
      this.put(`#${this.element.id}-${name}-fault`, fields[name] ?? "");
      area.classList.toggle("is-invalid", name in fields);
    }
    if (Object.keys(fields).length) this.element.dataset.wrong = "";
  }

  put(selector, sentence) {
    const place = this.element.querySelector(selector);
    place.textContent = "";
    if (!sentence) return;
    place.append(Object.assign(document.createElement("p"), { className: "field__error", textContent: sentence }));
    place.closest("details")?.setAttribute("open", "");
  }
}
