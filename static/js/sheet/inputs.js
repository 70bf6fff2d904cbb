// What a reader does to the inputs of one question, and when it is handed over.

import * as answers from "./answers.js";
import { show } from "./faults.js";

const TYPING = 800;
const PICKING = 250;

export function watch(page, card) {
  page.on(card.element, "input", ({ target }) => {
    if (target.type === "file") return;
    card.touch(target);
    page.later(card, target.matches("[type=radio], [type=checkbox]") ? PICKING : TYPING);
  });
  page.on(card.element, "change", ({ target }) => {
    if (target.type === "file") return;
    card.touch(target);
    answers.keepExclusive(card.element, target);
    page.later(card, PICKING);
  });
  page.on(card.element, "focusout", ({ relatedTarget }) => {
    card.composing = false;
    if (!card.element.contains(relatedTarget)) page.handOver(card, true);
  });
  if (card.clear) page.on(card.clear, "click", () => empty(page, card));
  const same = card.element.querySelector("[data-same]");
  if (same) page.on(same, "click", (event) => accept(page, card, event));
  watchComposing(page, card);
}

// Half a word of pinyin is nobody's answer: it stays here until it is a word.
function watchComposing(page, card) {
  page.on(card.element, "compositionstart", () => {
    card.composing = true;
  });
  page.on(card.element, "compositionend", ({ target }) => {
    card.composing = false;
    card.touch(target);
    page.later(card, TYPING);
  });
}

function empty(page, card) {
  answers.write(card.element, null);
  card.touched.add("value");
  page.handOver(card, true);
  show(() => card.element.querySelector(".option__input, .form-control").focus());
}

function accept(page, card, event) {
  if (page.broken) return; // the plain form says it as well
  event.preventDefault();
  card.accept();
  page.handOver(card, true);
  show(() => card.element.focus());
}
