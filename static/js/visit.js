// The section page on site: one touch confirms; a change, a reason, a photo are kept as they come.

import * as answers from "./answers.js";
import * as evidence from "./evidence.js";
import { Queue } from "./queue.js";
import { clearOthers, forgetOnSignOut, keyOf, showBanner, showLeftOver } from "./unsaved.js";

const TYPING = 800;
const FAR = 2;
const TEXTS = { reason: "理由", finding: "发现" };
const VERDICTS = {
  unverified: ["plain", "circle", "未核验"],
  confirmed: ["good", "check", "已确认"],
  changed: ["warn", "edit", "已更改"],
  not_seen: ["note", "unknown", "未能查看"],
};
const PHOTO = "与企业自评相差两档或以上，请附照片或文件。";
const sheet = document.querySelector("[data-visit]");
const locked = document.querySelector("[data-locked]");

clearOthers(sheet ?? locked);
if (sheet) verify();
else {
  forgetOnSignOut();
  showLeftOver(locked, TEXTS);
}

function verify() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const cards = new Map([...sheet.querySelectorAll("[data-question]")].map((card) => [card.dataset.question, card]));
  const state = document.querySelector("[data-save-state]");
  const timers = new Map();
  const last = new Map();
  let shownAt = "";
  let left = false;
  let asking = null;
  const queue = new Queue({ url: sheet.dataset.save, token, key: keyOf(sheet) }, told);

  sheet.querySelectorAll("[data-plain-save]").forEach((button) => { button.hidden = true; });
  evidence.prepare(sheet, { token, mostBytes: Number(sheet.dataset.mostBytes), mostSize: sheet.dataset.mostSize });
  for (const [question, card] of cards) prepare(question, card);
  for (const [question, kept] of queue.kept()) takeUp(question, kept);
  showState();

  sheet.addEventListener("submit", onward);
  addEventListener("beforeunload", (event) => {
    if (!left && (queue.unsaved.length || timers.size)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  forgetOnSignOut(() => { left = true; queue.forget(); });

  function prepare(question, card) {
    queue.know(question, Number(card.dataset.revision));
    // A page that came back with faults or a conflict holds words that were never kept.
    const unkept = card.hasAttribute("data-wrong");
    last.set(question, unkept ? { value: null } : seen(card));
    markOwn(card);
    answers.showPercent(card);
    card.addEventListener("input", (event) => {
      if (event.target.type === "file" || event.target.matches("[data-verdict]")) return;
      answers.showPercent(card);
      const typed = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
      later(question, typed ? TYPING : 250);
    });
    card.addEventListener("change", (event) => {
      if (event.target.matches("[data-verdict]")) return decide(question, card, event.target.value);
      if (event.target.type === "file") return;
      answers.keepExclusive(card, event.target);
      if (event.target.matches("textarea")) note(question);
      else later(question, event.target.type === "radio" ? 250 : 0);
    });
    card.addEventListener("focusout", (event) => {
      if (!card.contains(event.relatedTarget)) note(question, true);
    });
    new MutationObserver(() => filesChanged(card)).observe(card.querySelector("[data-files]"), { childList: true });
  }

  // One touch: the firm's own answer, confirmed or left as it is because it could not be seen.
  function decide(question, card, verdict) {
    if (verdict === "changed") return say(card, "请选择现场核验后的答案");
    const said = JSON.parse(card.dataset.said);
    clearTimeout(timers.get(question));
    timers.delete(question);
    answers.write(card, said);
    // The value goes along, so that a pick still on its way does not outlive the decision.
    queue.put(question, { verification: verdict, value: said, ...changedTexts(question, card) });
    last.set(question, seen(card));
    showVerdict(card, verdict);
    showNeed(card, verdict === "not_seen" && !text(card, "reason").value.trim() ? "请写明理由。" : "");
    if (verdict === "not_seen") text(card, "reason").focus();
    showState();
  }

  function seen(card) {
    const texts = Object.keys(TEXTS).map((name) => [name, text(card, name).value.trim()]);
    return { value: stamp(answers.read(card)), ...Object.fromEntries(texts) };
  }

  function text(card, name) {
    return card.querySelector(`[data-text="${name}"]`);
  }

  function stamp(value) {
    return JSON.stringify(value);
  }

  function changedTexts(question, card) {
    const now = seen(card);
    return Object.fromEntries(Object.keys(TEXTS).filter((name) => now[name] !== last.get(question)[name]).map((name) => [name, now[name]]));
  }

  function later(question, milliseconds) {
    clearTimeout(timers.get(question));
    timers.set(question, setTimeout(() => note(question), milliseconds));
    warnOfDistance(cards.get(question));
    showState();
  }

  // Hand over what has changed; half a ratio waits until the reader has left the question.
  function note(question, leaving = false) {
    const waiting = timers.has(question);
    clearTimeout(timers.get(question));
    timers.delete(question);
    const card = cards.get(question);
    const fields = changedTexts(question, card);
    const value = answers.read(card);
    const picked = stamp(value) !== last.get(question).value && (leaving || !answers.isHalfway(card));
    if (picked) Object.assign(fields, { value, verification: "changed" });
    if (!Object.keys(fields).length) return waiting && showState();
    last.set(question, { ...seen(card), value: picked ? stamp(value) : last.get(question).value });
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
      show(card, fields);
      last.set(question, seen(card));
    }
    queue.resume(question, kept);
  }

  // Put fields of an answer into the inputs; those that are not spoken of stay.
  function show(card, fields) {
    if ("value" in fields) answers.write(card, fields.value);
    if ("verification" in fields) press(card, fields.verification);
    for (const name of Object.keys(TEXTS))
      if (name in fields) {
        text(card, name).value = fields[name];
        if (fields[name]) text(card, name).closest("details")?.setAttribute("open", "");
      }
  }

  function press(card, verdict) {
    for (const key of card.querySelectorAll("[data-verdict]")) key.checked = key.value === verdict;
    showVerdict(card, verdict);
  }

  function told(question, event, detail = {}) {
    const card = cards.get(question);
    if (event === "saved") shownAt = detail.saved;
    if (card) TELL[event](card, detail, question);
    if (event === "saved") askStanding();
    if (event === "ended") banner("bad", "登录状态已失效，请重新登录，您填写的内容已保留。", { words: "重新登录", url: signIn() });
    if (event === "failed") banner("bad", detail.message ?? "内容没有保存。请刷新页面后重试，您填写的内容已保留。", { words: "刷新页面", url: location.href });
    if (event === "locked") banner("bad", `${detail.message ?? "答卷已锁定。"}没有保存的内容还在页面上，可以复制留存。`);
    showState();
  }

  const TELL = {
    saving: (card) => say(card, "正在保存…"),
    saved(card, detail, question) {
      say(card, detail.more ? "正在保存…" : `${detail.saved} 保存`);
      fault(card, {});
      delete card.dataset.wrong;
      card.dataset.revision = detail.revision;
      card.querySelector(`[name="${card.dataset.name}-base"]`).value = detail.revision;
      card.querySelector(".clash")?.remove();
      if (detail.more || timers.has(question)) return;
      press(card, detail.verification);
      warnOfDistance(card);
    },
    waiting: (card, detail) => say(card, detail.message ?? "未确认：网络不通，正在重试"),
    refused(card, detail) {
      say(card, "未保存");
      card.dataset.wrong = "";
      fault(card, detail.fields ?? {});
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
    const box = make("div", "clash");
    box.setAttribute("role", "alert");
    const sides = make("div", "clash__sides");
    sides.append(
      side("保留我的", { ...current, ...mine }, () => queue.insist(question, current.revision)),
      side(`保留对方的（${current.author}）`, current, () => {
        show(card, current);
        last.set(question, seen(card));
        queue.give(question, current.revision);
        say(card, `已保留${current.author}的答案`);
        askStanding();
      }),
    );
    box.append(make("p", "clash__title", message), sides);
    card.querySelector(".question__legend").after(box);

    function side(words, fields, choose) {
      const place = make("div", "clash__side");
      const button = make("button", "btn btn-outline-primary", words);
      button.type = "button";
      button.addEventListener("click", () => {
        box.remove();
        delete card.dataset.wrong;
        choose();
        showState();
        card.focus();
      });
      place.append(make("p", "", `${answers.describe(card, fields.value)}（${(VERDICTS[fields.verification] ?? VERDICTS.unverified)[2]}）`));
      for (const [name, label] of Object.entries(TEXTS)) if (fields[name]) place.append(make("p", "clash__remark", `${label}：${fields[name]}`));
      place.append(button);
      return place;
    }
  }

  function make(tag, className, words = "") {
    return Object.assign(document.createElement(tag), { className, textContent: words });
  }

  function say(card, words) {
    card.querySelector("[data-state]").textContent = words;
  }

  function fault(card, fields) {
    const { reason, finding, ...others } = fields;
    put(card.querySelector("[data-fault]"), Object.values(others).join("；"));
    put(card.querySelector('[data-text-fault="reason"]'), reason);
    put(card.querySelector('[data-text-fault="finding"]'), finding);
    for (const input of card.querySelectorAll(".form-control"))
      input.classList.toggle("is-invalid", Object.keys(fields).some((part) => input.name.endsWith(`-${part}`)));
    function put(place, sentence) {
      place.replaceChildren();
      if (!sentence) return;
      place.append(make("p", "field__error", sentence));
      place.closest("details")?.setAttribute("open", "");
    }
  }

  // --- what became of an answer, seen at a glance

  function showVerdict(card, verdict) {
    const [tone, sign, words] = VERDICTS[verdict] ?? VERDICTS.unverified;
    const chip = card.querySelector("[data-verification-chip]");
    const use = chip.querySelector("use");
    card.dataset.verification = verdict;
    chip.dataset.tone = tone;
    chip.querySelector("[data-verification-words]").textContent = words;
    use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${sign}`));
  }

  function showNeed(card, words) {
    const place = card.querySelector("[data-need]");
    const said = place.querySelector("[data-need-words]");
    if (said.textContent !== words) said.textContent = words;
    place.hidden = !words;
  }

  // Two levels from what the firm said: the photo is asked for at once, not at the end of the visit.
  function warnOfDistance(card) {
    if (!("saidLevel" in card.dataset) || card.hasAttribute("data-has-files")) return;
    const value = answers.read(card);
    if (!Number.isInteger(value) || Math.abs(value - Number(card.dataset.saidLevel)) < FAR) return;
    showNeed(card, text(card, "reason").value.trim() ? PHOTO : `请写明理由。${PHOTO}`);
    card.querySelector("[data-more]").open = true;
  }

  function filesChanged(card) {
    card.toggleAttribute("data-has-files", card.querySelector("[data-file]") !== null);
    askStanding();
  }

  function markOwn(card) {
    if (!card.dataset.said) return;
    const said = JSON.parse(card.dataset.said);
    const own = [...card.querySelectorAll(".visit-change .option__input[type=radio]")].find((input) => input.value === String(said));
    own?.closest(".option").querySelector(".option__words").append(make("span", "option__own", "企业自评"));
  }

  // --- how far the visit is

  function askStanding() {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      try {
        const response = await fetch(sheet.dataset.standing, { headers: { Accept: "application/json" } });
        if (response.ok) showStanding(await response.json());
      } catch { /* the answers are kept; the figures follow with the next one */ }
    }, 300);
  }

  function showStanding({ done, whole, sections, needs, verifications }) {
    for (const [question, card] of cards) {
      const verified = (verifications[question] ?? "unverified") !== "unverified";
      showNeed(card, verified ? needs[question] ?? "" : "");
      if (verified) warnOfDistance(card);
    }
    for (const [section, count] of Object.entries(sections))
      for (const line of document.querySelectorAll(`li[data-section="${section}"]`)) {
        line.querySelector("[data-count]").textContent = count.done;
        line.querySelector("[data-whole]").textContent = count.whole;
        line.toggleAttribute("data-done", count.complete);
        const use = line.querySelector("use");
        use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, count.complete ? "#good" : "#circle"));
      }
    for (const overall of document.querySelectorAll("[data-overall]")) overall.textContent = done;
    const bar = document.querySelector(".section-aside__wide progress");
    bar.value = done;
    bar.closest(".progress-bar").querySelector(".number").textContent = `${done} / ${whole}`;
  }

  function showState() {
    const waiting = [...queue.changes.values()];
    const stuck = waiting.filter((line) => line.stopped).length;
    let words = shownAt ? `已保存 ${shownAt}` : "随点随存";
    let tone = shownAt ? "good" : "plain";
    if (timers.size || waiting.some((line) => line.sent || line.next)) [words, tone] = ["正在保存…", "note"];
    if (waiting.some((line) => line.attempt)) [words, tone] = ["未确认，正在重试", "warn"];
    if (stuck) [words, tone] = [`有 ${stuck} 题未保存`, "bad"];
    if (queue.stopped) [words, tone] = ["未保存", "bad"];
    if (state.textContent !== words) state.textContent = words;
    state.dataset.tone = tone;
  }

  function signIn() {
    return `${sheet.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
  }

  function banner(tone, words, way) {
    showBanner(sheet.querySelector("[data-banner]"), tone, words, way, () => { left = true; });
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
