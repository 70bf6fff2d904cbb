// The page of notes: plain forms; photos without leaving it, a stopwatch, and on a device that took the
// visit along everything that is written goes to the device first and is sent when it can be.

import { isMarked } from "../offline/mark.js";
import * as evidence from "./evidence.js";
import { fieldsOf, fill, freshId, hidden, line, nowLocal, setWords } from "./note.js";
import { prepare as prepareStopwatch } from "./stopwatch.js";

const NOTE = "note.";
const KEPT = "已存本机，等待送出";

const page = document.querySelector("[data-notes]");
const token = document.querySelector('meta[name="csrf-token"]').content;
const { mostBytes, mostSize, visit, user } = page.dataset;

class Notes {
  constructor({ queue, keeper }) {
    Object.assign(this, { queue, keeper });
  }

  begin() {
    this.queue.tell = (question, event, detail) => this.told(question, event, detail);
    for (const note of page.querySelectorAll("[data-note]")) this.take(note);
    // A page kept on the device names the same new notes each time it is opened.
    for (const form of page.querySelectorAll("[data-add] form")) hidden(form, "item").value = freshId();
    for (const [question] of this.queue.rows) if (question.startsWith(NOTE)) this.bringUpToDate(question);
    for (const [question, { sent }] of this.queue.left()) this.showAnew(question, sent);
    for (const [question] of this.queue.left()) this.queue.resume(question);
    page.addEventListener("submit", (event) => this.submit(event));
    page.addEventListener("click", (event) => this.click(event));
  }

  take(note) {
    this.queue.know(NOTE + note.dataset.note, Number(note.dataset.revision));
  }

  noteOf(question) {
    return document.getElementById(`note-${question.slice(NOTE.length)}`);
  }

  /** The page may be older than what was sent from this device since. */
  bringUpToDate(question) {
    const note = this.noteOf(question);
    const later = this.queue.laterThan(question, note ? Number(note.dataset.revision) : 0);
    if (!later) return;
    this.queue.know(question, note ? Number(note.dataset.revision) : 0);
    if (later.fields.fields) this.showAnew(question, later.fields);
    else note?.remove();
  }

  // --- what is written ------------------------------------------------------------------------------

  submit(event) {
    const form = event.target;
    const kind = hidden(form, "kind")?.value;
    if (!kind) return; // words beside a photo, or a photo to be removed: the server's alone
    event.preventDefault();
    const question = NOTE + hidden(form, "item").value;
    if (form.matches("[data-remove-note]")) return this.put(question, { kind, fields: null });
    const add = page.querySelector(`[data-kind="${kind}"] [data-add] form`);
    const fields = form.matches("[data-end]") ? JSON.parse(form.closest("[data-note]").dataset.fields) : fieldsOf(form);
    const now = event.submitter?.name === "now" ? event.submitter.value : "";
    if (now) fields[now] = nowLocal();
    const missing = [...add.querySelectorAll("[required]")].find(({ name }) => !fields[name]?.trim());
    if (missing) return this.complain(form, missing.name);
    const isNew = form === add;
    if (isNew) this.queue.know(question, 0);
    this.put(question, { kind, fields });
    if (isNew) this.renew(form);
  }

  complain(form, name) {
    const field = hidden(form, name);
    form.querySelector("[data-note-fault]").textContent = "必填的还空着，请填好再保存。";
    field.focus();
  }

  renew(form) {
    form.reset();
    for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) field.value = "";
    for (const list of form.querySelectorAll("select")) list.selectedIndex = 0;
    hidden(form, "item").value = freshId();
    hidden(form, "base").value = "0";
    form.querySelector("[data-note-fault]").textContent = "";
    form.closest("details").open = false;
  }

  put(question, content) {
    this.queue.put(question, content);
    this.showAnew(question, content);
    this.say(question, KEPT, "warn");
  }

  click(event) {
    const edit = event.target.closest("[data-edit]");
    const giveUp = event.target.closest("[data-give-up]");
    if (!edit && !giveUp) return;
    event.preventDefault();
    const note = event.target.closest("[data-note]");
    if (edit) this.edit(note);
    else note.querySelector("[data-editing]")?.remove();
  }

  /** Open the form of a note in its place: that for a new one, filled. */
  edit(note) {
    note.querySelector("[data-editing]")?.remove();
    const section = note.closest("[data-kind]");
    const form = section.querySelector("[data-add] form").cloneNode(true);
    form.dataset.editing = "";
    for (const button of form.querySelectorAll('[name="now"]')) button.remove();
    fill(form, note.dataset.note, JSON.parse(note.dataset.fields));
    for (const place of form.querySelectorAll("[data-stopwatch]")) place.hidden = true;
    note.append(form);
    form.querySelector("textarea, select, input:not([type=hidden])").focus();
  }

  // --- what is shown --------------------------------------------------------------------------------

  showAnew(question, { kind, fields }) {
    const item = question.slice(NOTE.length);
    const section = page.querySelector(`[data-kind="${kind}"]`);
    let note = this.noteOf(question);
    if (!note && fields) {
      note = line(section, item);
      section.querySelector("[data-list]").append(note);
      this.prepareFiles(note);
    }
    if (!note) return;
    note.querySelector("[data-editing]")?.remove();
    note.toggleAttribute("data-gone", !fields);
    if (fields) setWords(note, section.querySelector("[data-add] form"), kind, fields);
    this.count(section);
  }

  prepareFiles(note) {
    if (note.querySelector("[data-evidence]")) prepareFiles(note, this.keeper);
  }

  count(section) {
    const standing = section.querySelectorAll("[data-note]:not([data-gone])").length;
    page.querySelector(`[data-count-of="${section.dataset.kind}"]`).textContent = standing || "";
    section.querySelector("[data-empty]").hidden = section.querySelector("[data-note]") !== null;
  }

  say(question, words, tone) {
    const state = this.noteOf(question)?.querySelector("[data-note-state]");
    if (!state) return;
    state.textContent = words;
    state.dataset.tone = tone;
  }

  offer(question, words, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words, className: "btn btn-outline-primary" });
    button.addEventListener("click", act);
    this.noteOf(question).querySelector("[data-note-state]").append(" ", button);
  }

  told(question, event, detail = {}) {
    if (!question) return;
    if (event === "kept" || event === "waiting") return this.say(question, detail.message || KEPT, "warn");
    if (event === "saved") return this.saved(question, detail);
    if (event === "conflict") return this.clash(question, detail);
    if (event === "broken") return this.say(question, "没有保存：本页出了故障，请刷新页面后重写。", "bad");
    this.say(question, `没有保存：${detail.message || "请刷新页面查看。"}`, "bad");
    if (event !== "refused") this.offer(question, "不要这次修改", () => { this.queue.give(question, 0); location.reload(); });
  }

  saved(question, { more, revision, saved, fields }) {
    const note = this.noteOf(question);
    if (!note) return;
    note.dataset.revision = revision;
    if (more) return;
    if (fields) return this.say(question, saved ? `已保存 ${saved}` : "已送出", "good");
    const section = note.closest("[data-kind]");
    note.remove();
    this.count(section);
  }

  clash(question, { current, mine, message }) {
    const theirs = current.fields ? Object.values(current.fields).filter(Boolean).join("，") : "（已删除）";
    this.say(question, `没有保存：${message}对方的是：${theirs} `, "bad");
    this.offer(question, "保留我的", () => { this.queue.insist(question, current.revision); this.say(question, KEPT, "warn"); });
    this.offer(question, `保留${current.author}的`, () => {
      this.queue.give(question, current.revision);
      this.showAnew(question, { kind: mine.kind, fields: current.fields });
      if (current.fields) this.say(question, `已保留${current.author}的`, "good");
      else this.saved(question, { revision: current.revision, fields: null });
    });
  }
}

function prepareFiles(root, keeper) {
  for (const button of root.querySelectorAll("[data-plain-save]")) button.hidden = true;
  evidence.prepare(root, token, { mostBytes: Number(mostBytes), mostSize }, keeper);
}

async function begin() {
  for (const place of page.querySelectorAll("[data-stopwatch]")) prepareStopwatch(place, `stopwatch-${visit}`);
  const held = isMarked(user) ? await (await import("../offline/held.js")).held(Number(user), Number(visit), "note").catch(() => null) : null;
  for (const note of page.querySelectorAll("[data-note]")) if (note.querySelector("[data-upload]")) prepareFiles(note, held && held.keeper);
  if (held && page.querySelector("[data-add]")) new Notes(held).begin();
  page.dataset.listens = held ? "device" : "page";
}

begin().catch((fault) => console.error(fault));
