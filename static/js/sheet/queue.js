// Changes on their way to the server: one after another per question, each exactly once.
//
// A change has a number of its own (client.sequence) and the revision it was made on. Until the
// server has acknowledged it, it also lies in this tab's storage, so that a reload, a crash of the
// page or an ended session loses nothing. Only an acknowledgement, a decision of the reader or
// signing out takes it away.

import { keep, kept } from "./storage.js";
import { post } from "./wire.js";

const RETRY = [1, 2, 4, 8, 15, 30];
const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504, 507]);
const NO_ANSWER = "未保存：没有收到系统的答复，正在重试";

function word() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What was sent, as it was before it had a number.
function takeBack(line) {
  const { question, request_id, base_revision, ...fields } = line.sent || {};
  line.sent = null;
  return fields;
}

export class Queue {
  /**
   * @param {{url: string, token: string, key: string}} place where to send, and where to keep
   * @param {(question: string, event: string, detail?: object) => void} tell called with saving,
   *   saved, waiting (not confirmed), refused, conflict, locked, ended (signed out), failed (not
   *   taken), broken (a fault of this script)
   */
  constructor(place, tell) {
    Object.assign(this, place);
    this.tell = tell;
    this.client = word();
    this.sequence = 0;
    this.changes = new Map(); // question → {sent, next, revision, attempt, stopped}
    this.stopped = null;
    this.stored = true;
    addEventListener("online", () => this.wake());
  }

  line(question) {
    if (!this.changes.has(question))
      this.changes.set(question, { sent: null, next: null, revision: 0, attempt: 0, stopped: null });
    return this.changes.get(question);
  }

  /** Say at which revision a question stands on this page. */
  know(question, revision) {
    this.line(question).revision = revision;
  }

  /** Ask for fields of one question to be kept: value, remark, and what else the page may change. */
  put(question, fields) {
    const line = this.line(question);
    line.next = { ...line.next, ...(line.stopped === "refused" ? takeBack(line) : {}), ...fields };
    if (line.stopped === "refused") line.stopped = null;
    this.keep();
    this.send(question);
  }

  /** Decide a conflict: the reader's own change goes again, on top of the other one. */
  insist(question, revision) {
    const line = this.line(question);
    line.next = { ...takeBack(line), ...line.next };
    Object.assign(line, { revision, stopped: null });
    this.keep();
    this.send(question);
  }

  /** Decide a conflict: the reader's own change is given up. */
  give(question, revision) {
    Object.assign(this.line(question), { sent: null, next: null, revision, stopped: null });
    this.keep();
  }

  /** What an earlier page of this tab left: [question, {sent, next, revision}]. */
  left() {
    return kept(this.key);
  }

  /** The questions with something that is not on the server. */
  get unsaved() {
    return [...this.changes].filter(([, line]) => line.sent || line.next).map(([question]) => question);
  }

  /** Whether a next visit of this tab finds everything that is not on the server. */
  get isKept() {
    return !this.unsaved.length || this.stored;
  }

  get busy() {
    return [...this.changes.values()].some((line) => line.sent && !line.stopped && !line.attempt);
  }

  /** Send again what was left: first under its old number, in case it did arrive. */
  resume(question, left) {
    const line = this.line(question);
    // Made on what the reader saw then: whatever came since must show as a conflict.
    line.revision = left.revision;
    if (left.sent) line.sent = left.sent;
    if (left.next) line.next = left.next;
    if (line.sent) this.deliver(question);
    else this.send(question);
  }

  /** Try everything that waits, at once. */
  wake() {
    for (const [question, line] of this.changes)
      if (line.sent && line.attempt && !line.stopped) {
        clearTimeout(line.timer);
        this.deliver(question);
      }
  }

  /** Wait until everything is acknowledged or has stopped; false when something has not arrived. */
  async settle(milliseconds) {
    const until = Date.now() + milliseconds;
    while (this.busy && !this.stopped && Date.now() < until) await new Promise((done) => setTimeout(done, 40));
    return !this.unsaved.length;
  }

  forget() {
    this.halt("forgotten");
    this.changes.clear();
    keep(this.key, {});
  }

  /** Send nothing any more; what has not arrived stays in storage for the next visit of this tab. */
  halt(why) {
    this.stopped = why;
    this.changes.forEach((line) => clearTimeout(line.timer));
  }

  // The rest is the queue's own.

  send(question) {
    const line = this.line(question);
    if (line.sent || !line.next || line.stopped || this.stopped) return;
    line.sent = {
      ...line.next,
      question,
      request_id: `${this.client}.${++this.sequence}`,
      base_revision: line.revision,
    };
    line.next = null;
    this.keep();
    this.deliver(question);
  }

  // Whatever is thrown here is a fault of ours, and is said to be.
  async deliver(question) {
    const line = this.line(question);
    if (!line.sent || this.stopped) return;
    const { sent } = line;
    try {
      if (!line.attempt) this.tell(question, "saving");
      const answer = await post(this.url, this.token, sent);
      if (this.line(question).sent === sent) this.heard(question, answer);
    } catch (fault) {
      this.halt("broken");
      this.tell(question, "broken", { fault });
    }
  }

  heard(question, answer) {
    const line = this.line(question);
    if (!answer) return this.later(question, 0);
    const { status, wait, body } = answer;
    if (!body || RETRIED.has(status)) return this.later(question, wait, body ? body.message : NO_ANSWER);
    line.attempt = 0;
    if (status < 300) this.acknowledge(question, body);
    else if (status === 409 && body.current) this.hold(question, "conflict", { ...body, mine: { ...line.sent, ...line.next } });
    else if (status === 422) this.hold(question, "refused", body);
    else {
      const why = { 401: "ended", 409: "locked" }[status] || "failed";
      this.halt(why);
      this.tell(question, why, body);
    }
  }

  acknowledge(question, body) {
    const line = this.line(question);
    Object.assign(line, { sent: null, revision: body.revision });
    this.keep();
    this.tell(question, "saved", { ...body, more: Boolean(line.next) });
    this.send(question);
  }

  // This one waits for its reader; the others go on.
  hold(question, why, detail) {
    const line = this.line(question);
    line.stopped = why;
    this.tell(question, why, detail);
    if (why === "refused" && line.next) this.put(question, {});
  }

  later(question, seconds, message) {
    const line = this.line(question);
    const pause = Math.max(seconds, RETRY[Math.min(line.attempt, RETRY.length - 1)]);
    line.attempt += 1;
    this.tell(question, "waiting", { message });
    line.timer = setTimeout(() => this.deliver(question), pause * 1000 * (0.8 + 0.4 * Math.random()));
  }

  keep() {
    if (this.stopped === "forgotten") return; // whoever signed out leaves nothing behind
    const left = {};
    for (const [question, { sent, next, revision }] of this.changes)
      if (sent || next) left[question] = { sent, next, revision };
    this.stored = keep(this.key, left);
  }
}
