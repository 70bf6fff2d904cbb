// A list follows its filters as they are changed, and its rows are walked with the arrow keys.

import "./columns.js";

const form = document.querySelector(".narrowing");
let asking; // the request under way: a later one ends it
let pause;

function address() {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  return url;
}

async function follow() {
  const url = address();
  asking?.abort();
  asking = new AbortController();
  const list = document.querySelector("[data-live=list]");
  list.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: asking.signal });
    if (!answer.ok || answer.redirected) throw new Error("not the list");
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url); // the page itself says what is wrong
  }
}

function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (fresh) part.replaceWith(document.importNode(fresh, true));
  }
  document.dispatchEvent(new Event("list"));
}

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
  form.addEventListener("change", ({ target }) => {
    if (target.matches(".boxes input")) say(target.closest(".boxes"));
    if (target.matches("select, .boxes input")) follow();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches(".narrowing__words") || event.isComposing) return;
    clearTimeout(pause);
    pause = setTimeout(follow, 300);
  });
  form.addEventListener("compositionend", follow); // pinyin being typed is no word yet
}
document.addEventListener("keydown", walk);
