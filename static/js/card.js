// One question on the section page: what is said beside it, and what it last handed over.

import * as answers from "./answers.js";

export class Card {
  /** The texts beside an answer, by field: what they are called. */
  static TEXTS = { remark: "备注" };

  constructor(element) {
    this.element = element;
    this.question = element.dataset.question;
    this.revision = Number(element.dataset.revision);
    this.clear = element.querySelector("[data-clear]");
    this.texts = Object.keys(this.constructor.TEXTS).map((name) => [name, element.querySelector(`[name="${element.dataset.name}-${name}"]`)]);
    // A page that came back with faults holds words that were never kept.
    const unkept = element.hasAttribute("data-wrong");
    this.last = { value: unkept ? "" : this.stamp() };
    for (const [name, area] of this.texts) this.last[name] = unkept ? "" : area.value.trim();
    this.showInputs();
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

  /** The fields that changed since they were last handed over; half a ratio waits for its reader. */
  changes(leaving) {
    const fields = {};
    if (this.stamp() !== this.last.value && (leaving || !answers.isHalfway(this.element))) fields.value = this.value;
    for (const [name, area] of this.texts)
      if (area.value.trim() !== this.last[name]) fields[name] = area.value.trim();
    this.remember(fields);
    return fields;
  }

  remember(fields) {
    if (fields.value !== undefined) this.last.value = this.stamp(fields.value);
    for (const [name] of this.texts) if (fields[name] !== undefined) this.last[name] = fields[name];
  }

  /** Put an answer, its texts or both into the inputs. */
  write(fields) {
    if (fields.value !== undefined) answers.write(this.element, fields.value);
    for (const [name, area] of this.texts) {
      if (fields[name] !== undefined) area.value = fields[name];
      if (fields[name]) area.closest("details")?.setAttribute("open", "");
    }
    this.remember({ ...fields, ...(fields.value !== undefined && { value: this.value }) });
    this.showInputs();
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
    return Object.entries(this.constructor.TEXTS).filter(([name]) => fields[name]).map(([name, label]) => `${label}：${fields[name]}`);
  }

  say(words) {
    this.element.querySelector("[data-state]").textContent = words;
  }

  showSaved({ value, revision }) {
    this.showFaults({});
    delete this.element.dataset.wrong;
    this.element.toggleAttribute("data-answered", value !== null);
    this.element.querySelector(`[name="${this.element.dataset.name}-base"]`).value = revision;
    this.element.querySelector(".clash")?.remove();
  }

  showFaults(fields) {
    const others = Object.keys(fields).filter((name) => !(name in this.constructor.TEXTS));
    this.#put("[data-fault]", others.map((name) => fields[name]).join("；"));
    for (const input of this.element.querySelectorAll("input.form-control, textarea"))
      input.classList.toggle("is-invalid", others.some((part) => part === "value" || input.name.endsWith(`-${part}`)));
    for (const [name, area] of this.texts) {
      this.#put(`#${this.element.id}-${name}-fault`, fields[name] ?? "");
      area.classList.toggle("is-invalid", name in fields);
    }
    if (Object.keys(fields).length) this.element.dataset.wrong = "";
  }

  #put(selector, sentence) {
    const place = this.element.querySelector(selector);
    place.replaceChildren();
    if (!sentence) return;
    place.append(Object.assign(document.createElement("p"), { className: "field__error", textContent: sentence }));
    place.closest("details")?.setAttribute("open", "");
  }
}
