// One question on the section page: what is said beside it, and what it last handed over.

import * as answers from "./answers.js";

export class Card {
  constructor(element) {
    this.element = element;
    this.question = element.dataset.question;
    this.revision = Number(element.dataset.revision);
    this.remark = element.querySelector("[data-remark]");
    this.clear = element.querySelector("[data-clear]");
    // A page that came back with faults holds words that were never kept.
    this.last = { value: element.hasAttribute("data-wrong") ? "" : this.stamp(), remark: this.remark.value.trim() };
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
    const words = this.remark.value.trim();
    if (this.stamp() !== this.last.value && (leaving || !answers.isHalfway(this.element))) fields.value = this.value;
    if (words !== this.last.remark) fields.remark = words;
    this.remember(fields);
    return fields;
  }

  remember({ value, remark }) {
    if (value !== undefined) this.last.value = this.stamp(value);
    if (remark !== undefined) this.last.remark = remark;
  }

  /** Put an answer, a remark or both into the inputs. */
  write(fields) {
    if (fields.value !== undefined) answers.write(this.element, fields.value);
    if (fields.remark !== undefined) this.remark.value = fields.remark;
    if (fields.remark) this.remark.closest("details").open = true;
    this.remember({ ...fields, ...(fields.value !== undefined && { value: this.value }) });
    this.showInputs();
  }

  showInputs() {
    answers.showPercent(this.element);
    this.clear.hidden = this.value === null;
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

  showFaults({ remark = "", ...others }) {
    this.#put("[data-fault]", Object.values(others).join("；"));
    this.#put("[data-remark-fault]", remark);
    for (const input of this.element.querySelectorAll("input.form-control, textarea:not([data-remark])"))
      input.classList.toggle("is-invalid", Object.keys(others).some((part) => part === "value" || input.name.endsWith(`-${part}`)));
    this.remark.classList.toggle("is-invalid", Boolean(remark));
    if (remark || Object.keys(others).length) this.element.dataset.wrong = "";
  }

  #put(selector, sentence) {
    const place = this.element.querySelector(selector);
    place.replaceChildren();
    if (!sentence) return;
    place.append(Object.assign(document.createElement("p"), { className: "field__error", textContent: sentence }));
    place.closest("details")?.setAttribute("open", "");
  }
}
