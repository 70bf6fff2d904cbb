// Columns of a list are put in order in their form at once; without script each press is a step.

const BESIDE = { up: "previousElementSibling", down: "nextElementSibling" };

function shownBeside(line, way) {
  let other = line[BESIDE[way]];
  while (other && !other.querySelector(":checked")) other = other[BESIDE[way]];
  return other;
}

// The other line is the one that moves: the button that was pressed keeps the focus.
function move(line, way) {
  const other = shownBeside(line, way);
  if (way === "up" && other) line.after(other);
  if (way === "down" && other) line.before(other);
}

function say(line) {
  const form = line.closest("form");
  const shown = [...form.querySelectorAll("li")].filter((one) => one.querySelector(":checked"));
  const name = line.querySelector("label").textContent.trim();
  // The firm itself is the first column.
  form.querySelector("[data-moved]").textContent = `${name}，第 ${shown.indexOf(line) + 2} 列`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".list-tool__columns [name=move]");
  if (!button) return;
  event.preventDefault();
  const line = button.closest("li");
  move(line, button.value.split(".")[0]);
  say(line);
  button.scrollIntoView({ block: "nearest" });
});
