// How a page of questions is left, and come back to: first the last answers arrive.

import { show } from "./faults.js";

const LINK_WAITS = 3000;
const FORM_WAITS = 5000;

/** Watch every way out of the page, and the ways back to it. */
export function watch(page) {
  let pressed = null;
  // Older browsers do not say which button sent the form.
  page.on(page.sheet, "click", ({ target }) => {
    pressed = target.closest("button[type=submit]") || pressed;
  });
  page.on(page.sheet, "submit", (event) => onward(page, event, event.submitter || pressed));
  page.on(document, "click", (event) => byLink(page, event));
  page.on(document, "visibilitychange", () => document.hidden && page.handOverAll());
  page.on(window, "pageshow", (event) => comeBack(page, event));
  page.on(window, "beforeunload", (event) => {
    if (page.leaving || !page.holdsUnsaved) return;
    event.preventDefault();
    event.returnValue = ""; // older browsers ask for this
  });
  for (const form of document.querySelectorAll("form[data-after-answers]"))
    page.on(form, "submit", (event) => afterAnswers(page, event, form));
  for (const form of document.querySelectorAll('form[action$="/sign-out"]'))
    page.on(form, "submit", () => {
      page.leaving = true;
      page.queue.forget();
    });
}

// A link waits the blink of an eye for the last answer; what cannot arrive is asked about.
async function byLink(page, event) {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || page.leaving || page.broken) return;
  if (link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
  page.handOverAll();
  if (!page.queue.unsaved.length) return;
  event.preventDefault();
  await page.queue.settle(LINK_WAITS);
  location.href = link.href;
}

// Every button of the form: first let the last answers arrive, then go on.
async function onward(page, event, button) {
  if (page.broken) {
    page.leaving = true;
    return;
  }
  event.preventDefault();
  page.handOverAll();
  const target = button && button.dataset.onward;
  const sends = button && button.hasAttribute("data-sends");
  if (!target && !sends) return;
  if (await page.queue.settle(FORM_WAITS)) {
    if (sends) send(page, button);
    else location.href = target;
    return;
  }
  page.showState();
  show(() => {
    const first = [...page.cards.values()].find((card) => page.queue.unsaved.includes(card.question));
    first?.element.scrollIntoView({ block: "center" });
    first?.element.focus();
  });
}

// What only the plain form can say, with the button that said it: a form sent by script has none.
function send(page, { name, value }) {
  page.sheet.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  page.leaving = true;
  page.sheet.submit();
}

// What another form does is done to the sheet as it stands once every answer has arrived.
async function afterAnswers(page, event, form) {
  if (!page.broken) {
    event.preventDefault();
    page.handOverAll();
    if (!await page.queue.settle(FORM_WAITS)) return page.showState();
  }
  page.leaving = true;
  if (!page.broken) form.submit();
}

/** Browsers fill inputs again after Back, and wake whole pages: neither is what the reader typed or what is stored. */
function comeBack(page, { persisted }) {
  if (persisted) return wakeUp(page);
  for (const card of page.cards.values()) show(() => card.restore());
  for (const input of page.sheet.querySelectorAll("[data-upload]")) input.value = "";
}

// A page out of the browser's cache is as old as its last sight; what it still holds comes along.
async function wakeUp(page) {
  page.handOverAll();
  if (!page.queue.isKept) return;
  try {
    if (!(await fetch(location.href, { method: "HEAD" })).ok) return;
  } catch {
    return; // without a network the old page is better than none; its revisions still guard the answers
  }
  page.leaving = true;
  location.reload();
}
