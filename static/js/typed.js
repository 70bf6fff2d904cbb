// What was typed into a plain form is not lost where it was not taken.
//
// What is sent is laid down in this tab, under its reader and the address it goes to. What comes next
// tells what became of it:
//   an ordinary page             it was taken, and is dropped;
//   a page that says no          it was refused, and stays for the page that holds its form;
//   the door                     (signed-out.js marks it there) likewise, for the same reader;
//   a page that cannot have come of it, by Back, a reload or its address: no answer ever came.
// A text that was begun and never sent stays likewise when its page is left. A page that asks who is
// there lies between and leaves it alone. A form is found again by its address and by what is hidden
// in it, so that nothing gets beside another row; where it is no longer offered, its texts are listed.

import { keepsNothing, ofTab } from "./keeping.js";

let begun = null; // the form whose text was touched last and not sent

const KEY = "survey:typed";
const FEW = 10; // letters nobody misses
const between = document.querySelector("[data-between]") !== null;
const refusing = document.querySelector("[data-refused]") !== null;
const reader = document.querySelector("[data-reader]").dataset.reader;
// Hidden fields that change by themselves and do not tell one form from another.
const FRESH = new Set(["csrf_token", "version", "revision", "base", "shown", "before", "request_id", "back", "page"]);
// Of these, what a text was written on: sent along again, so that a change in between is noticed.
const WRITTEN_ON = new Set(["version", "revision", "base", "request_id"]);
// Hidden fields made for this page alone, where a form names them: a new note's own word.
const made = (form) => (form.dataset.made || "").split(" ");
const SAID = {
  door: "要先确认是您本人，刚才没有保存。您填写的内容已放回下面，请核对后再提交。",
  pressed: "要先确认是您本人，刚才的操作没有办理，请再按一次。",
  refused: "刚才没有保存成功。您填写的内容已放回下面，请核对后再提交。",
  silent: "刚才提交以后没有收到答复，不一定已经保存。您填写的内容已放回下面，请先看页面上是否已经有了，再决定要不要提交。",
  left: "您离开这一页时，有内容没有提交。已放回下面。",
  lost: "刚才填写的内容放不回原处：这一步现在办不了，或者页面已经变了。内容列在下面，需要的请复制。",
};

const target = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;
const isHidden = (input) => input.type === "hidden";
const isText = (input) => input.tagName === "TEXTAREA" || (input.tagName === "INPUT" && input.type === "text");

/** What tells a form from others with the same address: its hidden fields, {name: [value]}. */
function row(form) {
  const found = {};
  for (const input of form.elements) {
    if (!isHidden(input) || !input.name || FRESH.has(input.name)) continue;
    if (made(form).includes(input.name) || input.closest("[data-sign]")) continue;
    (found[input.name] = found[input.name] || []).push(input.value);
  }
  return found;
}

/** The form of this page that was sent. The only one with its address may have gained or lost a hidden field. */
function same(kept) {
  const all = [...document.forms].filter((form) => form.method === "post" && target(form) === kept.target);
  const said = JSON.stringify(kept.row);
  const exact = all.filter((form) => JSON.stringify(row(form)) === said);
  if (exact.length || all.length !== 1) {
    return exact.find((form) => kept.fields.every(([name]) => form.elements.namedItem(name))) || exact[0];
  }
  const differs = ([name, values]) => name in kept.row && String(values) !== String(kept.row[name]);
  return Object.entries(row(all[0])).some(differs) ? undefined : all[0];
}

/** Lay down what stands in a form; why: what is known to have become of it, if anything is. */
export function keepTyped(form, why = "") {
  begun = null;
  if (between || form.querySelector("[type=password]")) return;
  const inputs = [...form.elements];
  const kind = (name) => inputs.some((input) => input.name === name && !isHidden(input)) ? "typed" : "hidden";
  const fields = [...new FormData(form)].filter(([name, value]) => (
    typeof value === "string" && (kind(name) === "typed" || WRITTEN_ON.has(name) || made(form).includes(name))
  ));
  write({
    why, reader, page: location.pathname, target: target(form), row: row(form), fields,
    typed: fields.some(([name]) => kind(name) === "typed"),
    texts: inputs.filter((input) => isText(input) && input.value.trim()).map(({ value }) => value),
    anew: form.querySelector("[data-sign]") ? "签名和选过的文件不能放回，请重新签、重新选。" : form.querySelector("[type=file]") ? "选过的文件请重新选择。" : "",
  });
}

function write(kept) {
  try {
    ofTab().setItem(KEY, JSON.stringify(kept));
  } catch { /* nothing kept, and nothing promised */ }
}

function read() {
  try {
    return JSON.parse(ofTab().getItem(KEY) || "null");
  } catch {
    return null; // no storage
  }
}

const drop = () => ofTab().removeItem(KEY);

function takeUp() {
  const kept = read();
  if (!kept) return;
  if (kept.reader !== reader) return drop();
  if (refusing) return write({ ...kept, why: kept.why || "refused" });
  const why = kept.why || (isAnswer() ? "" : "silent");
  if (!why) return drop();
  const form = same(kept);
  if (!form && kept.page !== location.pathname) return write({ ...kept, why });
  drop();
  if (form) putBack(form, kept, why);
  else list(kept.texts);
}

/** Whether this page may have come of a form: none that was gone back to, asked for again, or typed in has. */
function isAnswer() {
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  return document.referrer !== "" && type !== "back_forward" && type !== "reload";
}

function putBack(form, { fields, typed, anew }, why) {
  if (!typed) {
    if (why === "door") tell(form, SAID.pressed);
    return;
  }
  const left = [...fields]; // those of one name stand in the order of their inputs
  for (const input of form.elements) {
    if (!input.name || input.disabled || input.type === "file" || input.type === "submit") continue;
    if (input.type === "checkbox" || input.type === "radio") {
      input.checked = fields.some(([name, value]) => name === input.name && value === input.value);
      continue;
    }
    const at = left.findIndex(([name]) => name === input.name);
    if (at < 0) continue;
    const [[, value]] = left.splice(at, 1);
    const again = (why !== "refused" && WRITTEN_ON.has(input.name)) || made(form).includes(input.name);
    if (!isHidden(input) || again) input.value = value;
  }
  form.dataset.putBack = why;
  form.dispatchEvent(new Event("change", { bubbles: true }));
  begun = form;
  tell(form, SAID[why] + anew).append(notWanted());
}

/** A button that shows the page as the server has it. */
function notWanted() {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-sm btn-outline-secondary mt-2", textContent: "不要了，恢复原来的内容",
  });
  button.addEventListener("click", () => {
    begun = null;
    location.reload();
  });
  return button;
}

/** Say something at the head of a form; return its words, to which more may be added. */
export function tell(form, words) {
  for (let place = form; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  const box = notice(words);
  form.prepend(box);
  box.scrollIntoView({ block: "center" });
  return box.lastChild;
}

function list(texts) {
  if (!texts.some((text) => text.length >= FEW)) return;
  const box = notice(SAID.lost);
  for (const text of texts) {
    box.lastChild.append(Object.assign(document.createElement("p"), { className: "prewrap", textContent: text }));
  }
  document.querySelector("main .page-width").prepend(box);
}

function notice(said) {
  const box = Object.assign(document.createElement("div"), { className: "notice" });
  box.dataset.tone = "warn";
  box.setAttribute("role", "alert");
  const words = Object.assign(document.createElement("div"), { className: "notice__words" });
  words.append(Object.assign(document.createElement("p"), { textContent: said }));
  box.append(words);
  return box;
}

document.addEventListener("input", ({ target: input }) => {
  const { form } = input;
  if (form && form.method === "post" && isText(input) && !form.closest("[data-sheet]")) begun = form;
});

document.addEventListener("submit", (event) => { // what a script took is no longer on its way
  if (event.defaultPrevented && event.target === begun) begun = null;
});

/** Whether a text was begun that is neither sent nor short. */
function isWaiting() {
  const isBegun = (input) => isText(input) && input.value !== input.defaultValue && input.value.trim().length >= FEW;
  return begun && begun.isConnected && [...begun.elements].some(isBegun);
}

addEventListener("pagehide", () => isWaiting() && keepTyped(begun, "left"));

addEventListener("beforeunload", (event) => { // what is not kept is asked about
  if (!keepsNothing || !isWaiting()) return;
  event.preventDefault();
  event.returnValue = ""; // older browsers ask for this
});

if (!between) takeUp();
