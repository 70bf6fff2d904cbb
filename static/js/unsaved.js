// Words that are not on the server yet: whose they are, when they go, and how the page says so.

const PREFIX = "survey:unsaved:";

/** Where a page keeps them: one place for each person and assessment. */
export function keyOf(here) {
  return `${PREFIX}${here.dataset.user}:${here.dataset.assessment}`;
}

/** What another person left in this tab is neither shown nor kept. */
export function clearOthers(here) {
  each((name) => name.startsWith(`${PREFIX}${here.dataset.user}:`) || sessionStorage.removeItem(name));
}

/** Signing out takes everything away; `leave` is told first. */
export function forgetOnSignOut(leave = () => {}) {
  for (const form of document.querySelectorAll('form[action$="/sign-out"]'))
    form.addEventListener("submit", () => {
      leave();
      each((name) => sessionStorage.removeItem(name));
    });
}

function each(act) {
  try {
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).forEach(act);
  } catch { /* no storage, nothing kept */ }
}

/** Say something above the questions, with one way on if there is one ({words, url}). */
export function showBanner(place, tone, words, way, leave = () => {}) {
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.tone = tone;
  box.setAttribute("role", "alert");
  const inside = document.createElement("div");
  inside.className = "notice__words";
  inside.append(Object.assign(document.createElement("p"), { textContent: words }));
  if (way) {
    const link = Object.assign(document.createElement("a"), { className: "btn btn-sm btn-primary", href: way.url, textContent: way.words });
    link.addEventListener("click", leave);
    inside.append(link);
  }
  box.append(inside);
  place.replaceChildren(box);
  return inside;
}

/** The sheet was locked while this tab still held words: show them, to be copied. */
export function showLeftOver(locked, labels) {
  let left = {};
  try { left = JSON.parse(sessionStorage.getItem(keyOf(locked)) ?? "{}"); } catch { return; }
  const lines = Object.entries(left).map(([question, { sent, next }]) => {
    const fields = { ...sent, ...next };
    const title = document.querySelector(`#question-${question}-text`)?.textContent ?? question;
    const value = "value" in fields ? JSON.stringify(fields.value) : "";
    const texts = Object.entries(labels).filter(([name]) => fields[name]).map(([name, label]) => `${label}：${fields[name]}`);
    return [title, value, ...texts].filter(Boolean).join("\n");
  });
  if (!lines.length) return;
  const inside = showBanner(locked.querySelector("[data-banner]"), "warn", "答卷锁定前，有内容没有来得及保存。可以复制留存：");
  const area = document.createElement("textarea");
  Object.assign(area, { className: "form-control", readOnly: true, rows: Math.min(12, lines.length * 3), value: lines.join("\n\n") });
  area.setAttribute("aria-label", "没有保存的内容");
  inside.append(area);
}
