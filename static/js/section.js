// The section page: every answer saved the moment it is given, nothing typed ever lost.

import * as answers from "./answers.js";
import * as evidence from "./evidence.js";
import { Queue } from "./queue.js";

const PREFIX = "survey:unsaved:";
const TYPING = 800;
const sheet = document.querySelector("[data-sheet]");
const locked = document.querySelector("[data-locked]");
const here = sheet ?? locked;
const key = here && `${PREFIX}${here.dataset.user}:${here.dataset.assessment}`;

clearOthers();
for (const form of document.querySelectorAll('form[action$="/sign-out"]'))
  form.addEventListener("submit", () => each((name) => sessionStorage.removeItem(name)));
// A page that came back with a conflict from the plain form is decided in the plain form.
if (sheet && !sheet.querySelector(".clash input")) fill();
else if (locked) showLeftOver();

function each(act) {
  try {
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).forEach(act);
  } catch { /* no storage, nothing kept */ }
}

// What another person left in this tab is neither shown nor kept.
function clearOthers() {
  if (here) each((name) => name.startsWith(`${PREFIX}${here.dataset.user}:`) || sessionStorage.removeItem(name));
}

function fill() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const cards = new Map([...sheet.querySelectorAll("[data-question]")].map((card) => [card.dataset.question, card]));
  const state = document.querySelector("[data-save-state]");
  const timers = new Map();
  let shownAt = "";
  let left = false;
  const queue = new Queue({ url: sheet.dataset.save, token, key }, told);

  sheet.querySelectorAll("[data-plain-save]").forEach((button) => { button.hidden = true; });
  evidence.prepare(sheet, { token, mostBytes: Number(sheet.dataset.mostBytes), mostSize: sheet.dataset.mostSize });
  const last = new Map();
  for (const [question, card] of cards) prepare(question, card);
  for (const [question, kept] of queue.kept()) takeUp(question, kept);
  showState();

  sheet.addEventListener("submit", onward);
  addEventListener("beforeunload", (event) => {
    if (!left && (queue.unsaved.length || timers.size)) event.preventDefault();
  });
  document.addEventListener("click", leaveByLink);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  for (const form of document.querySelectorAll('form[action$="/sign-out"]'))
    form.addEventListener("submit", () => { left = true; queue.forget(); });

  function prepare(question, card) {
    queue.know(question, Number(card.dataset.revision));
    // A page that came back with faults or a conflict holds words that were never kept.
    last.set(question, { value: card.hasAttribute("data-wrong") ? null : stamp(answers.read(card)), remark: remark(card).value });
    answers.showPercent(card);
    card.addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      answers.showPercent(card);
      const typed = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
      later(question, typed ? TYPING : 250);
    });
    card.addEventListener("change", (event) => {
      if (event.target.type === "file") return;
      answers.keepExclusive(card, event.target);
      if (event.target.matches("textarea")) note(question);
      else later(question, event.target.type === "radio" ? 250 : 0);
    });
    card.addEventListener("focusout", (event) => {
      if (!card.contains(event.relatedTarget)) note(question, true);
    });
    const clear = card.querySelector("[data-clear]");
    clear.addEventListener("click", () => {
      answers.write(card, null);
      note(question, true);
      card.querySelector("input, textarea").focus();
      clear.hidden = true;
    });
    showClear(card);
  }

  function remark(card) {
    return card.querySelector("[data-remark]");
  }

  function stamp(value) {
    return JSON.stringify(value);
  }

  function later(question, milliseconds) {
    clearTimeout(timers.get(question));
    timers.set(question, setTimeout(() => note(question), milliseconds));
    showClear(cards.get(question));
    showState();
  }

  // Hand over what has changed; half a ratio waits until the reader has left the question.
  function note(question, leaving = false) {
    const waiting = timers.has(question);
    clearTimeout(timers.get(question));
    timers.delete(question);
    const card = cards.get(question);
    const fields = {};
    const value = answers.read(card);
    const words = remark(card).value.trim();
    if (stamp(value) !== last.get(question).value && (leaving || !answers.isHalfway(card))) fields.value = value;
    if (words !== last.get(question).remark.trim()) fields.remark = words;
    if (!Object.keys(fields).length) return waiting && showState();
    last.set(question, { value: "value" in fields ? stamp(value) : last.get(question).value, remark: words });
    showClear(card);
    queue.put(question, fields);
    showState();
  }

  function flush() {
    for (const question of [...timers.keys()]) note(question, true);
  }

  function takeUp(question, kept) {
    const fields = { ...kept.sent, ...kept.next };
    const card = cards.get(question);
    if (card) {
      if ("value" in fields) {
        answers.write(card, fields.value);
        last.get(question).value = stamp(fields.value);
      }
      if ("remark" in fields) {
        remark(card).value = fields.remark;
        last.get(question).remark = fields.remark;
        remark(card).closest("details").open = true;
      }
    }
    queue.resume(question, kept);
  }

  function told(question, event, detail = {}) {
    const card = cards.get(question);
    if (event === "saved") shownAt = detail.saved;
    if (card) TELL[event](card, detail, question);
    if (event === "ended") banner("bad", "登录状态已失效，请重新登录，您填写的内容已保留。", { words: "重新登录", url: signIn() });
    if (event === "failed") banner("bad", detail.message ?? "内容没有保存。请刷新页面后重试，您填写的内容已保留。", { words: "刷新页面", url: location.href });
    if (event === "locked") banner("bad", `${detail.message ?? "答卷已锁定。"}没有保存的内容还在页面上，可以复制留存。`);
    showState();
  }

  const TELL = {
    saving: (card) => say(card, "正在保存…"),
    saved(card, detail) {
      say(card, detail.more ? "正在保存…" : `我于 ${detail.saved} 保存`);
      fault(card, "");
      delete card.dataset.wrong;
      card.toggleAttribute("data-answered", detail.value !== null);
      card.dataset.revision = detail.revision;
      card.querySelector(`[name="${card.dataset.name}-base"]`).value = detail.revision;
      card.querySelector(".clash")?.remove();
      showProgress();
    },
    waiting: (card, detail) => say(card, detail.message ?? "未确认：网络不通，正在重试"),
    refused(card, detail) {
      const fields = detail.fields ?? {};
      say(card, "未保存");
      card.dataset.wrong = "";
      const { remark: words, ...others } = fields;
      fault(card, Object.values(others).join("；"), words ?? "");
      const inputs = [...card.querySelectorAll("input.form-control")];
      for (const input of inputs) input.classList.toggle("is-invalid", Object.keys(others).some((part) => input.name.endsWith(`-${part}`)));
    },
    conflict: clash,
    locked: (card) => say(card, "未保存：答卷已锁定"),
    ended: (card) => say(card, "未保存：登录状态已失效"),
    failed: (card) => say(card, "未保存"),
  };

  function clash(card, { current, mine, message }, question) {
    say(card, "未保存：等您选择");
    card.dataset.wrong = "";
    card.querySelector(".clash")?.remove();
    const box = document.createElement("div");
    box.className = "clash";
    box.setAttribute("role", "alert");
    const title = document.createElement("p");
    title.className = "clash__title";
    title.textContent = message;
    const sides = document.createElement("div");
    sides.className = "clash__sides";
    sides.append(
      side("保留我的", mine, () => {
        box.remove();
        delete card.dataset.wrong;
        queue.insist(question, current.revision);
      }),
      side(`保留对方的（${current.author}）`, current, () => {
        box.remove();
        delete card.dataset.wrong;
        answers.write(card, current.value);
        remark(card).value = current.remark;
        last.set(question, { value: stamp(answers.read(card)), remark: current.remark });
        queue.give(question, current.revision);
        card.toggleAttribute("data-answered", current.value !== null);
        say(card, `已保留${current.author}的答案`);
        showProgress();
        showState();
      }),
    );
    box.append(title, sides);
    card.querySelector(".question__legend").after(box);

    function side(words, fields, choose) {
      const place = document.createElement("div");
      place.className = "clash__side";
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-outline-primary", textContent: words });
      button.addEventListener("click", () => { choose(); card.focus(); });
      const said = document.createElement("p");
      said.textContent = answers.describe(card, "value" in fields ? fields.value : answers.read(card));
      place.append(said);
      if (fields.remark) place.append(Object.assign(document.createElement("p"), { className: "clash__remark", textContent: `备注：${fields.remark}` }));
      place.append(button);
      return place;
    }
  }

  function say(card, words) {
    card.querySelector("[data-state]").textContent = words;
  }

  function fault(card, words, remarkWords = "") {
    put(card.querySelector("[data-fault]"), words);
    put(card.querySelector("[data-remark-fault]"), remarkWords);
    if (!words) card.querySelectorAll(".is-invalid").forEach((input) => input.classList.remove("is-invalid"));
    function put(place, sentence) {
      place.replaceChildren();
      if (!sentence) return;
      place.append(Object.assign(document.createElement("p"), { className: "field__error", textContent: sentence }));
      place.closest("details")?.setAttribute("open", "");
    }
  }

  function showClear(card) {
    card.querySelector("[data-clear]").hidden = answers.read(card) === null;
  }

  function showState() {
    const waiting = [...queue.changes.values()];
    const stuck = waiting.filter((line) => line.stopped).length;
    let words = shownAt ? `已保存 ${shownAt}` : "随填随存";
    let tone = shownAt ? "good" : "plain";
    if (timers.size || waiting.some((line) => line.sent || line.next)) [words, tone] = ["正在保存…", "note"];
    if (waiting.some((line) => line.attempt)) [words, tone] = ["未确认，正在重试", "warn"];
    if (stuck) [words, tone] = [`有 ${stuck} 题未保存`, "bad"];
    if (queue.stopped) [words, tone] = ["未保存", "bad"];
    if (state.textContent !== words) state.textContent = words;
    state.dataset.tone = tone;
  }

  function showProgress() {
    const required = [...cards.values()].filter((card) => card.hasAttribute("data-required"));
    const counted = required.length ? required : [...cards.values()];
    const answered = counted.filter((card) => card.hasAttribute("data-answered")).length;
    let before = 0;
    for (const line of document.querySelectorAll(`[data-section="${sheet.dataset.section}"] [data-count]`)) {
      before = Number(line.textContent);
      line.textContent = answered;
    }
    if (!required.length) return;
    for (const overall of document.querySelectorAll("[data-overall]")) overall.textContent = Number(overall.textContent) + answered - before;
    const bar = document.querySelector(".section-aside__wide progress");
    bar.value += answered - before;
    bar.closest(".progress-bar").querySelector(".number").textContent = `${bar.value} / ${bar.max}`;
  }

  function signIn() {
    return `${sheet.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
  }

  function banner(tone, words, way) {
    showBanner(sheet.querySelector("[data-banner]"), tone, words, way, () => { left = true; });
  }

  // A link waits the blink of an eye for the last answer; what cannot arrive is asked about.
  async function leaveByLink(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || left || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    flush();
    if (!queue.unsaved.length) return;
    event.preventDefault();
    await queue.settle(3000);
    location.href = link.href;
  }

  // Every button at the foot: first let the last answers arrive, then go on.
  async function onward(event) {
    event.preventDefault();
    flush();
    const target = event.submitter?.dataset.onward;
    if (!target) return;
    if (await queue.settle(5000)) location.href = target;
    else {
      showState();
      const first = [...cards.values()].find((card) => queue.unsaved.includes(card.dataset.question));
      first?.scrollIntoView({ block: "center" });
      first?.focus();
    }
  }
}

function showBanner(place, tone, words, way, leave = () => {}) {
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
}

// The sheet was handed in while this tab still held words: show them, to be copied.
function showLeftOver() {
  let left = {};
  try { left = JSON.parse(sessionStorage.getItem(key) ?? "{}"); } catch { return; }
  const lines = Object.entries(left).map(([question, { sent, next }]) => {
    const fields = { ...sent, ...next };
    const title = document.querySelector(`#question-${question}-text`)?.textContent ?? question;
    const value = "value" in fields ? JSON.stringify(fields.value) : "";
    return [title, value, fields.remark ? `备注：${fields.remark}` : ""].filter(Boolean).join("\n");
  });
  if (!lines.length) return;
  const place = locked.querySelector("[data-banner]");
  showBanner(place, "warn", "答卷锁定前，有内容没有来得及保存。可以复制留存：");
  const area = document.createElement("textarea");
  Object.assign(area, { className: "form-control", readOnly: true, rows: Math.min(12, lines.length * 3), value: lines.join("\n\n") });
  area.setAttribute("aria-label", "没有保存的内容");
  place.querySelector(".notice__words").append(area);
}
