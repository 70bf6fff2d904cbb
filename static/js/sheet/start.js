// How a page of questions begins: filled, only read, or decided without script.

import { touchAgain, touchedSoFar } from "./again.js";
import { labelsOf } from "./card.js";
import { showLeftOver } from "./notices.js";
import { forgetOthers, kept, keyOf } from "./storage.js";

/** Bring the page to life: fill it, or show what a locked one left over. */
export function start(Page, ...with_) {
  const sheet = document.querySelector("[data-sheet]");
  const locked = document.querySelector("[data-locked]");
  forgetOthers((sheet ?? locked).dataset);
  if (locked) showLeftOver(locked, kept(keyOf(locked.dataset)), labelsOf(locked));
  // A page that came back with a conflict from the plain form is decided in the plain form.
  else if (!sheet.querySelector(".clash input")) begin(new Page(sheet, ...with_));
}

function begin(page) {
  const early = touchedSoFar();
  try {
    page.begin();
    touchAgain(early);
  } catch (fault) {
    page.giveUp(fault);
  }
}
