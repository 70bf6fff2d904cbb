// How far the firm is, beside the questions: counted on as answers come and go.

/** Count what still waits to be confirmed; where nothing does, nothing is said of it. */
function showWaiting(cards) {
  const waiting = cards.filter((card) => card.waits).length;
  for (const panel of document.querySelectorAll("[data-waiting-panel]")) {
    panel.hidden = !waiting;
    panel.querySelector("[data-waiting]").textContent = waiting;
  }
}

/** Count what is answered, in the section's line and in the whole. */
export function showAnswered(cards, section) {
  showWaiting(cards);
  const required = cards.filter((card) => card.required);
  const answered = (required.length ? required : cards).filter((card) => card.answered).length;
  let before = answered;
  for (const count of document.querySelectorAll(`[data-section="${section}"] [data-count]`)) {
    before = Number(count.textContent);
    count.textContent = answered;
    const line = count.closest("li");
    const sign = line.querySelector("use");
    line.toggleAttribute("data-done", required.length > 0 && answered === required.length);
    sign.setAttribute("href", sign.getAttribute("href").replace(/#.*/, line.hasAttribute("data-done") ? "#good" : "#circle"));
  }
  if (!required.length || answered === before) return;
  for (const overall of document.querySelectorAll("[data-overall]"))
    overall.textContent = Number(overall.textContent) + answered - before;
  const bar = document.querySelector(".section-aside__wide progress");
  bar.value += answered - before;
  bar.closest(".progress-bar").querySelector(".number").textContent = `${bar.value} / ${bar.max}`;
}
