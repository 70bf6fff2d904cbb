// A page of questions: every answer saved the moment it is given, nothing typed ever lost.

import { Card } from "./card.js";
import * as evidence from "./evidence.js";
import { show } from "./faults.js";
import * as inputs from "./inputs.js";
import * as leaving from "./leaving.js";
import { showBanner, showClash } from "./notices.js";
import { BESIDE, OVER } from "./outcomes.js";
import { showAnswered } from "./progress.js";
import { Queue } from "./queue.js";
import { stateOf } from "./state.js";
import { keyOf } from "./storage.js";

export class SheetPage {
  static get IDLE() {
    return "随填随存";
  }

  constructor(sheet) {
    this.sheet = sheet;
    this.cards = new Map();
    this.timers = new Map();
    this.savedAt = "";
    this.leaving = false;
    this.broken = false;
    this.warned = false;
    this.keeper = null;
  }

  begin() {
    const { dataset } = this.sheet;
    const token = document.querySelector('meta[name="csrf-token"]').content;
    this.queue = this.queueOf({ url: dataset.save, token, key: keyOf(dataset) }, (...told) => this.told(...told));
    for (const element of this.sheet.querySelectorAll("[data-question]")) this.prepare(this.cardOf(element));
    evidence.prepare(this.sheet, token, { mostBytes: Number(dataset.mostBytes), mostSize: dataset.mostSize }, this.keeper);
    for (const [question, left] of this.queue.left()) this.takeUp(question, left);
    leaving.watch(this);
    this.showState();
    for (const button of this.plainButtons) button.hidden = !this.broken;
  }

  queueOf(at, told) {
    return new Queue(at, told);
  }

  cardOf(element) {
    return new Card(element, this.sheet);
  }

  get plainButtons() {
    return this.sheet.querySelectorAll("[data-plain-save]");
  }

  get banner() {
    return this.sheet.querySelector("[data-banner]");
  }

  // --- faults of ours -------------------------------------------------------------------------------

  /** Listen for what saving needs: a fault in it gives the plain form back. */
  on(target, type, act) {
    target.addEventListener(type, (event) => this.guard(() => act(event)));
  }

  async guard(act) {
    try {
      await act();
    } catch (fault) {
      this.giveUp(fault);
    }
  }

  /** A fault in saving: give the plain form back, which needs no script, and say so. */
  giveUp(fault) {
    if (this.broken) return;
    this.broken = true;
    console.error(fault);
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    if (this.queue) this.queue.halt("broken");
    this.plainButtons.forEach((button) => { button.hidden = false; });
    show(() => this.say("自动保存出了故障", "bad"));
    show(() => showBanner(this.banner, "bad", "本页的自动保存出了故障，不是网络的问题。您填写的内容都还在页面上，请按页面下方的“保存”保存。"));
  }

  // --- from the inputs to the queue -----------------------------------------------------------------

  prepare(card) {
    this.cards.set(card.question, card);
    this.queue.know(card.question, card.revision);
    inputs.watch(this, card);
  }

  get holdsUnsaved() {
    const typed = this.broken && [...this.cards.values()].some((card) => card.touched.size);
    return typed || this.timers.size > 0 || this.queue.unsaved.length > 0;
  }

  later(card, milliseconds) {
    if (this.broken) return;
    clearTimeout(this.timers.get(card.question));
    this.timers.set(card.question, setTimeout(() => this.guard(() => this.handOver(card)), milliseconds));
    card.refresh();
    this.showState();
  }

  handOver(card, leaving = false) {
    if (this.broken || card.composing) return;
    clearTimeout(this.timers.get(card.question));
    this.timers.delete(card.question);
    const fields = card.changes(leaving);
    if (Object.keys(fields).length) this.queue.put(card.question, fields);
    card.refresh();
    this.showState();
  }

  handOverAll() {
    for (const question of [...this.timers.keys()]) this.handOver(this.cards.get(question), true);
  }

  takeUp(question, left) {
    this.cards.get(question)?.write({ ...left.sent, ...left.next });
    this.queue.resume(question, left);
  }

  // --- what became of it ----------------------------------------------------------------------------

  told(question, event, detail = {}) {
    if (event === "broken") return this.giveUp(detail.fault);
    if (event === "saved") this.savedAt = detail.saved;
    const card = this.cards.get(question);
    // Without the choice nothing more of this question could be saved: a fault here is no small one.
    if (card && event === "conflict") this.showConflict(card, detail);
    else if (card) show(() => BESIDE[event](card, detail, this));
    show(() => this.showOver(OVER[event]?.(detail, this)));
    show(() => this.warnOfLoss());
    this.showState();
  }

  showOver(said) {
    if (said) showBanner(this.banner, "bad", said.words, said.way, () => { this.leaving = true; });
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
    card.element.dataset.wrong = "";
    const side = (words, fields, choose) => ({
      words, said: card.describe(fields), notes: card.notes(fields), choose: () => this.guard(choose),
    });
    showClash(card.element, message, [
      side("保留我的", mine, () => this.keepMine(card, current)),
      side(`保留对方的（${current.author}）`, current, () => this.keepTheirs(card, current)),
    ]);
    show(() => card.say("未保存：等您选择"));
  }

  // It had arrived before this page was made, and somebody saved again on top of it.
  showOvertaken(card) {
    this.queue.know(card.question, card.revision);
    card.showSent();
    card.say(card.stateAtFirst);
  }

  keepMine(card, current) {
    this.queue.insist(card.question, current.revision);
  }

  keepTheirs(card, current) {
    card.write(current);
    card.showSaved(current);
    this.queue.give(card.question, current.revision);
    show(() => card.say(`已保留${current.author}的答案`));
    show(() => this.showProgress());
    this.showState();
  }

  showState() {
    if (!this.broken) show(() => this.say(...stateOf(this, this.constructor.IDLE)));
  }

  say(words, tone) {
    const place = this.sheet.querySelector("[data-save-state]");
    if (place.textContent !== words) place.textContent = words;
    place.dataset.tone = tone;
  }

  showProgress() {
    showAnswered([...this.cards.values()], this.sheet.dataset.section);
  }
}
