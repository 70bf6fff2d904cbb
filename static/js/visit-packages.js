// The recommended packages in their order: ticked ones first, moved up and down by one touch.

// The first list holds what is recommended; the second one, folded, everything else.
const list = document.querySelector("[data-packages]");
const items = () => [...document.querySelectorAll("[data-packages] > [data-package]")];
const tick = (item) => item.querySelector('[name="packages"]');
const ticked = () => items().filter((item) => tick(item).checked);

for (const item of items()) {
  const rank = item.querySelector(".package-list__rank");
  const code = tick(item).value;
  rank.querySelector("label").hidden = true;
  rank.querySelector("input").type = "hidden";
  const number = Object.assign(document.createElement("span"), { className: "package-list__number" });
  rank.append(number, key(item, "上移", code, -1), key(item, "下移", code, 1));
  tick(item).addEventListener("change", () => settle(item));
}
number();

// After Back a browser fills inputs again by itself; a page out of its cache is as old as its last sight.
const form = list.closest("form");
let touched = false;
form.addEventListener("input", () => { touched = true; });
addEventListener("pageshow", ({ persisted }) => {
  if (touched) return;
  if (persisted) return location.reload();
  form.reset();
  number();
});

function key(item, words, code, way) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-outline-secondary package-list__move", textContent: words });
  button.setAttribute("aria-label", `${code} ${words}`);
  button.addEventListener("click", () => move(item, way, button));
  return button;
}

// A ticked package joins the end of the ticked ones; an unticked one stays, behind them.
function settle(item) {
  const others = ticked().filter((other) => other !== item);
  if (others.length) others[others.length - 1].after(item);
  else list.prepend(item);
  number();
  tick(item).focus();
}

function move(item, way, button) {
  touched = true;
  const order = ticked();
  const other = order[order.indexOf(item) + way];
  if (!other) return;
  if (way < 0) other.before(item);
  else other.after(item);
  number();
  button.focus();
}

function number() {
  const order = ticked();
  for (const item of items()) {
    const rank = order.indexOf(item) + 1;
    item.querySelector('[name^="rank-"]').value = rank || "";
    item.querySelector(".package-list__number").textContent = rank ? `第 ${rank} 项` : "";
    const [up, down] = item.querySelectorAll(".package-list__move");
    up.hidden = down.hidden = !rank;
    // Disabled would throw the focus away; at either end the key simply does nothing.
    up.setAttribute("aria-disabled", rank === 1);
    down.setAttribute("aria-disabled", rank === order.length);
  }
}
