// A list follows its filters as they are changed, and its rows are walked with the arrow keys.

import "./columns.js";
import { following } from "./following.js";

const form = document.querySelector(".narrowing");

function say(boxes) {
  const ticked = [...boxes.querySelectorAll("input:checked")];
  const words = ticked.map((box) => box.parentElement.textContent.trim());
  boxes.querySelector(".boxes__said").textContent = words.join("、") || "全部";
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest?.(".bureau-table tbody tr");
  if (!step || !row || event.altKey || event.ctrlKey || event.metaKey) return;
  const kind = event.target.matches("input") ? "input[type=checkbox]" : "th a";
  const rows = [...row.parentElement.children].filter((other) => other.querySelector(kind));
  const next = rows[rows.indexOf(row) + step]?.querySelector(kind);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

if (form && document.querySelector("[data-live=list]")) {
  const list = following(form, {
    live: "list",
    shown: () => document.dispatchEvent(new Event("list")),
  });
  form.addEventListener("change", ({ target }) => {
    if (target.matches(".boxes input")) say(target.closest(".boxes"));
    if (target.matches("select, .boxes input")) list.now();
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches(".narrowing__words") && !event.isComposing) list.soon();
  });
  // Pinyin being typed is no word yet.
  form.addEventListener("compositionend", () => list.now());
}
document.addEventListener("keydown", walk);
