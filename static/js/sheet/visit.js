// The section page on site: one touch confirms; a change, a reason, a photo are kept as they come.

import * as answers from "./answers.js";
import { Card } from "./card.js";
import { isMarked } from "../offline/mark.js";
import { show } from "./faults.js";
import { SheetPage } from "./page.js";
import { start } from "./start.js";

const point = (use, name) => use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${name}`));

// The verdicts as they are kept; the page's chips name them all.
const UNVERIFIED = "unverified";
const CHANGED = "changed";
const NOT_SEEN = "not_seen";
const REASON = "reason";
const PHOTO = "photo";

class VisitCard extends Card {
  constructor(element, sheet) {
    super(element, sheet);
    this.said = element.dataset.said ? JSON.parse(element.dataset.said) : null;
    show(() => this.markOwn());
  }

  get reason() {
    return this.element.querySelector(`[name="${this.element.dataset.name}-reason"]`);
  }

  /** A value travels with its verdict, so that the last touch decides whatever is still on its way. */
  changes(leaving) {
    const fields = super.changes(leaving);
    return "value" in fields ? { ...fields, verification: CHANGED } : fields;
  }

  write(fields) {
    super.write(fields);
    if (fields.verification) show(() => this.press(fields.verification));
  }

  describe(fields) {
    const chip = this.chipOf(fields.verification || this.element.dataset.verification);
    return `${super.describe(fields)}（${chip.textContent.trim()}）`;
  }

  restore() {
    super.restore();
    if (this.touched.has("verification")) return;
    for (const key of this.element.querySelectorAll("[data-verdict]")) key.checked = key.defaultChecked;
  }

  showInputs() {
    super.showInputs();
    this.warnOfDistance();
  }

  /** Show a verdict: the key that is down, the chip, the colour of the card. */
  press(verdict) {
    this.touched.add("verification");
    for (const key of this.element.querySelectorAll("[data-verdict]")) key.checked = key.value === verdict;
    this.element.dataset.verification = verdict;
    this.element.querySelector("[data-verification-chip]").replaceWith(this.chipOf(verdict).cloneNode(true));
  }

  chipOf(verdict) {
    return this.sheet.querySelector("[data-chips]").content.querySelector(`[data-verification-chip="${verdict}"]`);
  }

  /** @param {string[]} codes what the answer still needs, as the server names it */
  showNeeds(codes) {
    const needs = JSON.parse(this.sheet.dataset.needs);
    const words = codes.map((code) => needs[code]).join("");
    const place = this.element.querySelector("[data-need]");
    const said = place.querySelector("[data-need-words]");
    if (said.textContent !== words) said.textContent = words;
    place.hidden = !words;
  }

  /** Two levels from what the firm said: the photo is asked for at once, not at the end of the visit. */
  warnOfDistance() {
    const { saidLevel, hasFiles } = this.element.dataset;
    if (saidLevel === undefined || hasFiles !== undefined) return;
    if (!Number.isInteger(this.value) || Math.abs(this.value - Number(saidLevel)) < Number(this.sheet.dataset.far)) return;
    this.showNeeds(this.reason.value.trim() ? [PHOTO] : [REASON, PHOTO]);
    this.element.querySelector("[data-more]").open = true;
  }

  markOwn() {
    const own = [...this.element.querySelectorAll(".visit-change .option__input[type=radio]")]
      .find((input) => this.said !== null && input.value === String(this.said));
    own?.closest(".option").setAttribute("data-own", "");
  }
}

class VisitPage extends SheetPage {
  /** @param {{queue, keeper} | null} held what this device holds of a visit that was taken along */
  constructor(sheet, held = null) {
    super(sheet);
    this.held = held;
    this.keeper = held && held.keeper;
  }

  queueOf(at, told) {
    if (!this.held) return super.queueOf(at, told);
    return Object.assign(this.held.queue, { tell: told });
  }

  begin() {
    super.begin();
    if (this.held) for (const card of this.cards.values()) this.bringUpToDate(card);
  }

  /** The page may be older than what was sent from this device since. */
  bringUpToDate(card) {
    const later = this.queue.laterThan(card.question, card.revision);
    if (!later) return;
    card.write(later.fields);
    card.showSaved({ ...later.fields, revision: later.revision });
    card.say("已送出");
  }

  cardOf(element) {
    return new VisitCard(element, this.sheet);
  }

  static get IDLE() {
    return "随点随存";
  }

  prepare(card) {
    // Before the others hear of it: a verdict is a decision, not an input of the answer.
    for (const type of ["input", "change"])
      this.on(card.element, type, (event) => {
        if (!event.target.matches("[data-verdict]")) return;
        event.stopImmediatePropagation();
        if (type === "change") this.decide(card, event.target.value);
      });
    super.prepare(card);
    new MutationObserver(() => {
      card.element.toggleAttribute("data-has-files", card.element.querySelector("[data-file]") !== null);
      this.askStanding();
    }).observe(card.element.querySelector("[data-files]"), { childList: true });
  }

  /** One touch: the firm's own answer, confirmed or left as it is because it could not be seen. */
  decide(card, verdict) {
    if (this.broken) return;
    card.touched.add("verification");
    if (verdict === CHANGED) return card.say("请选择现场核验后的答案");
    clearTimeout(this.timers.get(card.question));
    this.timers.delete(card.question);
    answers.write(card.element, card.said);
    card.touched.add("value");
    const fields = { ...card.changes(true), value: card.said, verification: verdict };
    card.remember({ value: card.value });
    this.queue.put(card.question, fields);
    show(() => card.press(verdict));
    show(() => card.showNeeds(verdict === NOT_SEEN && !card.reason.value.trim() ? [REASON] : []));
    if (verdict === NOT_SEEN) show(() => card.reason.focus());
    this.showState();
  }

  told(question, event, detail = {}) {
    if (event === "met") {
      this.banner.textContent = "";
      return;
    }
    super.told(question, event, detail);
    const card = this.cards.get(question);
    if (event !== "saved") return;
    if (card && !detail.more && !this.timers.has(question)) show(() => card.press(detail.verification));
    this.askStanding();
  }

  keepMine(card, current) {
    // What the reader did not touch is the other's by now.
    card.write({ ...current, ...this.queue.line(card.question).sent, ...this.queue.line(card.question).next });
    super.keepMine(card, current);
  }

  keepTheirs(card, current) {
    super.keepTheirs(card, current);
    this.askStanding();
  }

  /** Progress counts what is verified, which the server knows: asked for once things are quiet. */
  showProgress() {}

  askStanding() {
    clearTimeout(this.asking);
    this.asking = setTimeout(async () => {
      let standing = null;
      try {
        const response = await fetch(this.sheet.dataset.standing, { headers: { Accept: "application/json" } });
        if (response.ok) standing = await response.json();
      } catch { /* the answers are kept; the figures follow with the next one */ }
      if (standing && standing.verifications) show(() => this.showStanding(standing));
    }, 300);
  }

  showStanding({ done, whole, sections, needs, verifications, stations = {}, rest = {} }) {
    for (const [question, card] of this.cards) {
      const judged = (verifications[question] ?? UNVERIFIED) !== UNVERIFIED;
      card.showNeeds(judged ? needs[question] || [] : []);
      if (this.timers.has(question)) card.warnOfDistance();
    }
    this.showCounts("section", sections);
    this.showCounts("station", stations);
    this.showRest(rest[this.sheet.dataset.section]);
    for (const overall of document.querySelectorAll("[data-overall]")) overall.textContent = done;
    const bar = document.querySelector(".section-aside__wide progress");
    bar.value = done;
    bar.closest(".progress-bar").querySelector(".number").textContent = `${done} / ${whole}`;
  }

  /** How far each section, or each place of the walk, is. */
  showCounts(kind, counts) {
    for (const [id, count] of Object.entries(counts))
      for (const line of document.querySelectorAll(`li[data-${kind}="${id}"]`)) {
        const counted = line.querySelector("[data-count]");
        if (!counted) continue; // an optional section the firm left out counts nothing
        counted.textContent = count.done;
        line.querySelector("[data-whole]").textContent = count.whole;
        line.querySelector("[data-unseen-count]").textContent = count.unseen ? `，${count.unseen} 未看` : "";
        line.toggleAttribute("data-done", count.complete);
        point(line.querySelector("use"), count.complete ? "good" : "circle");
      }
  }

  /** What nobody has judged yet in this section may be left as the firm said, all at once. */
  showRest(left) {
    const place = this.sheet.querySelector("[data-rest]");
    if (!place || left === undefined) return;
    place.hidden = !left;
    for (const count of place.querySelectorAll("[data-rest-count]")) count.textContent = left;
  }
}

async function startHeld({ user, assessment }) {
  const { held } = await import("../offline/held.js");
  start(VisitPage, await held(Number(user), Number(assessment)).catch(() => null));
}

const sheet = document.querySelector("[data-sheet]");
if (sheet && isMarked(sheet.dataset.user)) startHeld(sheet.dataset);
else start(VisitPage);
