// By sections or by the walk: one list at a time on the overview of a visit, remembered on this device.

const NAME = "survey:order";

function remembered() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null; // no storage: each page begins with the sections
  }
}

function remember(order) {
  try {
    localStorage.setItem(NAME, order);
  } catch { /* it holds for this page alone */ }
}

const keys = document.querySelector("[data-orders]");

function choose(order) {
  for (const key of keys.children) key.setAttribute("aria-pressed", String(key.value === order));
  for (const list of document.querySelectorAll("[data-order]")) list.hidden = list.dataset.order !== order;
}

if (keys) {
  keys.hidden = false;
  for (const title of document.querySelectorAll(".orders__title")) title.classList.add("visually-hidden");
  choose(remembered() === "walk" ? "walk" : "modules");
  keys.addEventListener("click", ({ target }) => {
    if (!target.value) return;
    choose(target.value);
    remember(target.value);
  });
}
