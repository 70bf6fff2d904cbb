// Plain forms: pressed once, and what was typed is not lost (typed.js, pasted.js).

import "./pasted.js";
import { keepTyped, tell } from "./typed.js";

const TWICE = 10000; // milliseconds for which a form that is on its way is not sent again
const SLOW = 600; // milliseconds after which it is shown to be on its way
const AWAY = "现在连不上服务器，没有提交。内容都还在，连上网络以后请再按一次。";
let pressed = new WeakMap();
let reached = false; // though the browser says that it is offline: the server may be this very machine

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (Date.now() - (pressed.get(form) || 0) < TWICE) {
    event.preventDefault();
    return;
  }
  const plain = !form.closest("[data-sheet]");
  if (plain && !navigator.onLine && !reached) {
    event.preventDefault();
    tryAgain(form, event.submitter);
    return;
  }
  pressed.set(form, Date.now());
  reached = false;
  if (plain) {
    keepTyped(form);
    showSending(event.submitter);
  }
});

async function tryAgain(form, button) {
  try {
    await fetch(document.querySelector("link[rel=icon]").href, { method: "HEAD", cache: "no-store" });
    reached = true;
  } catch {
    form.querySelector("[data-away]")?.remove();
    tell(form, AWAY).parentElement.dataset.away = "";
    return;
  }
  if (button) button.click();
  else form.submit();
}

function showSending(button) {
  if (!button) return;
  setTimeout(() => button.setAttribute("aria-busy", "true"), SLOW);
  setTimeout(() => button.removeAttribute("aria-busy"), TWICE);
}

addEventListener("pageshow", () => { // Back may bring this very page out of its cache
  pressed = new WeakMap();
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
