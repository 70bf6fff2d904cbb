// A page of questions: every answer saved the moment it is given, nothing typed ever lost.

import * as answers from "./answers.js";
import { Card, labelsOf } from "./card.js";
import * as evidence from "./evidence.js";
import { showBanner, showClash, showLeftOver } from "./notices.js";
import { Queue } from "./queue.js";

const PREFIX = "survey:unsaved:";
const OURS = new URL(".", import.meta.url).href;
const TYPING = 800;
const PICKING = 250;

export class SheetPage {
  static get IDLE() {
    return "随填随存";
  }

  constructor(sheet, key) {
    this.sheet = sheet;
    this.key = key;
    this.cards = new Map();
    this.timers = new Map();
    this.savedAt = "";
    this.leaving = false;
    this.broken = false;
    this.warned = false;
  }

  begin() {
    const { sheet, key } = this;
    const token = document.querySelector('meta[name="csrf-token"]').content;
    this.queue = new Queue({ url: sheet.dataset.save, token, key }, (...told) => this.told(...told));
    for (const element of sheet.querySelectorAll("[data-question]")) this.prepare(this.cardOf(element));
    evidence.prepare(sheet, { token, mostBytes: Number(sheet.dataset.mostBytes), mostSize: sheet.dataset.mostSize });
    for (const [question, left] of this.queue.kept()) this.takeUp(question, left);
    this.listen();
    this.showState();
    for (const button of this.plainButtons) button.hidden = !this.broken;
  }

  cardOf(element) {
    return new Card(element, this.sheet);
  }

  get plainButtons() {
    return this.sheet.querySelectorAll("[data-plain-save]");
  }

  /** A fault of ours: give the plain form back, which needs no script, and say so. */
  giveUp(fault) {
    if (this.broken) return;
    this.broken = true;
    console.error(fault);
    this.plainButtons.forEach((button) => { button.hidden = false; });
    this.say("自动保存出了故障", "bad");
    showBanner(this.banner, "bad", "本页的自动保存出了故障，不是网络的问题。您填写的内容都还在页面上，请按页面下方的“保存”保存。");
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    if (this.queue) this.queue.halt("broken");
  }

  get banner() {
    return this.sheet.querySelector("[data-banner]");
  }

  /** Browsers fill inputs again after Back, and wake whole pages: neither is what the reader typed or what is stored. */
  shown({ persisted }) {
    if (persisted) return this.wakeUp();
    for (const card of this.cards.values()) card.restore();
    for (const input of this.sheet.querySelectorAll("[data-upload]")) input.value = "";
  }

  // A page out of the browser's cache is as old as its last sight; what it still holds comes along.
  async wakeUp() {
    this.handOverAll();
    if (!this.queue.isKept) return;
    try {
      if (!(await fetch(location.href, { method: "HEAD" })).ok) return;
    } catch {
      return; // without a network the old page is better than none; its revisions still guard the answers
    }
    this.leaving = true;
    location.reload();
  }

  prepare(card) {
    this.cards.set(card.question, card);
    this.queue.know(card.question, card.revision);
    card.element.addEventListener("input", ({ target }) => {
      if (target.type === "file") return;
      card.touch(target);
      this.later(card, target.matches("[type=radio], [type=checkbox]") ? PICKING : TYPING);
    });
    card.element.addEventListener("change", ({ target }) => {
      if (target.type === "file") return;
      card.touch(target);
      answers.keepExclusive(card.element, target);
      this.later(card, PICKING);
    });
    card.element.addEventListener("focusout", ({ relatedTarget }) => {
      card.composing = false;
      if (!card.element.contains(relatedTarget)) this.handOver(card, true);
    });
    // Half a word of pinyin is nobody's answer: it stays here until it is a word.
    card.element.addEventListener("compositionstart", () => {
      card.composing = true;
    });
    card.element.addEventListener("compositionend", ({ target }) => {
      card.composing = false;
      card.touch(target);
      this.later(card, TYPING);
    });
    card.clear?.addEventListener("click", () => {
      answers.write(card.element, null);
      card.touched.add("value");
      this.handOver(card, true);
      card.element.querySelector(".option__input, .form-control").focus();
    });
  }

  listen() {
    // Older browsers do not say which button sent the form.
    this.sheet.addEventListener("click", ({ target }) => {
      this.pressed = target.closest("button[type=submit]") || this.pressed;
    });
    this.sheet.addEventListener("submit", (event) => this.onward(event));
    addEventListener("error", ({ filename, error }) => String(filename).startsWith(OURS) && this.giveUp(error));
    addEventListener("unhandledrejection", ({ reason }) => {
      if (reason && String(reason.stack).includes(OURS)) this.giveUp(reason);
    });
    document.addEventListener("click", (event) => this.leaveByLink(event));
    addEventListener("pageshow", (event) => this.shown(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.handOverAll());
    addEventListener("beforeunload", (event) => {
      if (this.leaving || !this.holdsUnsaved) return;
      event.preventDefault();
      event.returnValue = ""; // older browsers ask for this
    });
    for (const form of document.querySelectorAll('form[action$="/sign-out"]'))
      form.addEventListener("submit", () => {
        this.leaving = true;
        this.queue.forget();
      });
  }

  get holdsUnsaved() {
    const typed = this.broken && [...this.cards.values()].some((card) => card.touched.size);
    return typed || this.timers.size > 0 || this.queue.unsaved.length > 0;
  }

  later(card, milliseconds) {
    if (this.broken) return;
    clearTimeout(this.timers.get(card.question));
    this.timers.set(card.question, setTimeout(() => this.handOver(card), milliseconds));
    card.showInputs();
    this.showState();
  }

  handOver(card, leaving = false) {
    if (this.broken || card.composing) return;
    clearTimeout(this.timers.get(card.question));
    this.timers.delete(card.question);
    const fields = card.changes(leaving);
    if (Object.keys(fields).length) this.queue.put(card.question, fields);
    card.showInputs();
    this.showState();
  }

  handOverAll() {
    for (const question of [...this.timers.keys()]) this.handOver(this.cards.get(question), true);
  }

  takeUp(question, left) {
    this.cards.get(question)?.write({ ...left.sent, ...left.next });
    this.queue.resume(question, left);
  }

  told(question, event, detail = {}) {
    if (event === "saved") this.savedAt = detail.saved;
    if (event === "broken") return this.giveUp(detail.fault);
    const card = this.cards.get(question);
    if (card) BESIDE[event](card, detail, this);
    const over = OVER[event]?.(detail, this);
    if (over) showBanner(this.banner, "bad", over.words, over.way, () => { this.leaving = true; });
    this.warnOfLoss();
    this.showState();
  }

  /** Nothing arrives and this device cannot keep it either: then the page must stay open. */
  warnOfLoss() {
    if (this.queue.stopped) return;
    const lost = !this.queue.isKept && [...this.queue.changes.values()].some((line) => line.attempt);
    if (lost === this.warned) return;
    this.warned = lost;
    if (lost) showBanner(this.banner, "bad", "本机存不下还没有保存的内容，离开会丢失。请不要关闭本页，等网络恢复。");
    else this.banner.textContent = "";
  }

  showConflict(card, { current, mine, message }) {
    card.say("未保存：等您选择");
    card.element.dataset.wrong = "";
    const said = (fields) => card.describe(fields);
    showClash(card.element, message, [
      { words: "保留我的", said: said(mine), notes: card.notes(mine), choose: () => this.keepMine(card, current) },
      { words: `保留对方的（${current.author}）`, said: said(current), notes: card.notes(current), choose: () => this.keepTheirs(card, current) },
    ]);
  }

  // It had arrived before this page was made, and somebody saved again on top of it.
  showOvertaken(card) {
    card.showSent();
    card.say(card.stateAtFirst);
    this.queue.know(card.question, card.revision);
  }

  keepMine(card, current) {
    this.queue.insist(card.question, current.revision);
  }

  keepTheirs(card, current) {
    card.write(current);
    card.showSaved(current);
    card.say(`已保留${current.author}的答案`);
    this.queue.give(card.question, current.revision);
    this.showProgress();
    this.showState();
  }

  showState() {
    if (this.broken) return;
    const lines = [...this.queue.changes.values()];
    const stuck = lines.filter((line) => line.stopped).length;
    const waits = this.timers.size || lines.some((line) => line.sent || line.next);
    const [words, tone] = this.queue.stopped ? ["未保存", "bad"]
      : stuck ? [`有 ${stuck} 题未保存`, "bad"]
      : lines.some((line) => line.attempt) ? ["未确认，正在重试", "warn"]
      : waits ? ["正在保存…", "note"]
      : this.savedAt ? [`已保存 ${this.savedAt}`, "good"]
      : [this.constructor.IDLE, "plain"];
    this.say(words, tone);
  }

  say(words, tone) {
    const place = this.sheet.querySelector("[data-save-state]");
    if (place.textContent !== words) place.textContent = words;
    place.dataset.tone = tone;
  }

  showProgress() {
    const cards = [...this.cards.values()];
    const required = cards.filter((card) => card.required);
    const answered = (required.length ? required : cards).filter((card) => card.answered).length;
    let before = answered;
    for (const count of document.querySelectorAll(`[data-section="${this.sheet.dataset.section}"] [data-count]`)) {
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

  // A link waits the blink of an eye for the last answer; what cannot arrive is asked about.
  async leaveByLink(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || this.leaving || this.broken || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    this.handOverAll();
    if (!this.queue.unsaved.length) return;
    event.preventDefault();
    await this.queue.settle(3000);
    location.href = link.href;
  }

  // Every button of the form: first let the last answers arrive, then go on.
  async onward(event) {
    if (this.broken) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter || this.pressed;
    this.handOverAll();
    const target = button && button.dataset.onward;
    if (!target) return;
    if (await this.queue.settle(5000)) {
      location.href = target;
      return;
    }
    this.showState();
    const first = [...this.cards.values()].find((card) => this.queue.unsaved.includes(card.question));
    first?.element.scrollIntoView({ block: "center" });
    first?.element.focus();
  }
}

// What became of a change, said beside its question …
const BESIDE = {
  saving: (card) => card.say("正在保存…"),
  saved(card, detail, page) {
    if (card.isAheadOf(detail) && !detail.more && !page.timers.has(card.question)) return page.showOvertaken(card);
    card.say(detail.more ? "正在保存…" : `我于 ${detail.saved} 保存`);
    card.showSaved(detail);
    page.showProgress();
  },
  waiting: (card, detail) => card.say(detail.message ?? "未确认：网络不通，正在重试"),
  refused(card, detail) {
    card.say("未保存");
    card.showFaults(detail.fields ?? {});
  },
  conflict: (card, detail, page) => page.showConflict(card, detail),
  locked: (card) => card.say("未保存：答卷已锁定"),
  ended: (card) => card.say("未保存：登录状态已失效"),
  failed: (card) => card.say("未保存"),
};

// … and over the page, where nothing more can be saved.
const OVER = {
  ended: (detail, page) => ({
    words: detail.message,
    way: { words: "重新登录", url: `${page.sheet.dataset.signIn}?next=${encodeURIComponent(location.pathname)}` },
  }),
  failed: (detail) => ({
    words: detail.message,
    way: { words: "刷新页面", url: location.href },
  }),
  locked: (detail) => ({ words: `${detail.message}没有保存的内容还在页面上，可以复制留存。` }),
};

function eachKept(act) {
  try {
    Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).forEach(act);
  } catch { /* no storage, nothing kept */ }
}

/** Bring the page to life: fill it, or show what a locked one left over. */
export function start(Page) {
  const sheet = document.querySelector("[data-sheet]");
  const locked = document.querySelector("[data-locked]");
  const { user, assessment } = (sheet ?? locked).dataset;
  // What another person left in this tab is neither shown nor kept.
  eachKept((name) => name.startsWith(`${PREFIX}${user}:`) || sessionStorage.removeItem(name));
  const key = `${PREFIX}${user}:${assessment}`;
  if (locked) showLeftOver(locked, key, labelsOf(locked));
  // A page that came back with a conflict from the plain form is decided in the plain form.
  else if (!sheet.querySelector(".clash input")) begin(new Page(sheet, key));
}

function begin(page) {
  try {
    page.begin();
  } catch (fault) {
    page.giveUp(fault);
  }
}
