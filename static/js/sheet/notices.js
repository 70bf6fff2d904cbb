// What the section page says over its questions: a banner, and words that could not be kept.

/** Show one message, with a way out where there is one: {words, url}; `leave` is called on taking it. */
export function showBanner(place, tone, words, way, leave = () => {}) {
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.tone = tone;
  box.setAttribute("role", "alert");
  const inside = document.createElement("div");
  inside.className = "notice__words";
  inside.append(Object.assign(document.createElement("p"), { textContent: words }));
  if (way) {
    const link = Object.assign(document.createElement("a"), {
      className: "btn btn-sm btn-primary", href: way.url, textContent: way.words,
    });
    link.addEventListener("click", leave);
    inside.append(link);
  }
  box.append(inside);
  place.textContent = "";
  place.append(box);
}

/** The sheet was locked while this tab still held words (as `storage.kept` gives them): show them, to be copied. */
export function showLeftOver(locked, left, texts) {
  const lines = left.map(([question, { sent, next }]) => inWords(question, { ...sent, ...next }, texts));
  if (!lines.length) return;
  const place = locked.querySelector("[data-banner]");
  showBanner(place, "warn", "答卷锁定前，有内容没有来得及保存。可以复制留存：");
  const area = Object.assign(document.createElement("textarea"), {
    className: "form-control", readOnly: true, rows: Math.min(12, lines.length * 3), value: lines.join("\n\n"),
  });
  area.setAttribute("aria-label", "没有保存的内容");
  place.querySelector(".notice__words").append(area);
}

function inWords(question, fields, texts) {
  const title = document.querySelector(`#question-${question}-text`)?.textContent ?? question;
  const notes = Object.entries(texts).filter(([name]) => fields[name]).map(([name, label]) => `${label}：${fields[name]}`);
  return [title, plainly(fields.value), ...notes].filter(Boolean).join("\n");
}

function plainly(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return `${value} 档`;
  if (Array.isArray(value)) return value.join("、");
  if (typeof value !== "object") return String(value);
  if ("not_applicable" in value) return "不适用";
  if ("whole" in value) return `${value.part} / ${value.whole}`;
  return Object.entries(value).map(([row, cells]) => `${row}：${Object.values(cells).join("、")}`).join("；");
}

/** Two answers to one question, side by side: {words, said, notes, choose} each. */
export function showClash(card, message, sides) {
  card.querySelector(".clash")?.remove();
  const box = Object.assign(document.createElement("div"), { className: "clash" });
  box.setAttribute("role", "alert");
  const place = Object.assign(document.createElement("div"), { className: "clash__sides" });
  place.append(...sides.map((side) => oneSide(card, box, side)));
  box.append(line("clash__title", message), place);
  card.querySelector(".question__legend").after(box);
}

function oneSide(card, box, { words, said, notes, choose }) {
  const place = Object.assign(document.createElement("div"), { className: "clash__side" });
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "btn btn-outline-primary", textContent: words,
  });
  button.addEventListener("click", () => {
    box.remove();
    choose();
    card.focus();
  });
  place.append(line("", said), ...notes.map((words) => line("clash__remark", words)));
  place.append(button);
  return place;
}

function line(className, textContent) {
  return Object.assign(document.createElement("p"), { className, textContent });
}
