// The section page's queue on a device that took the visit along: what is put goes to the device first.
//
// It speaks as sheet/queue.js does; sending is the whole device's (sync.js), so that what other sections
// left goes on its way as well. Nothing here says that something was saved: only the server does.

import { ENDED, GONE, TROUBLES } from "./words.js";

const LOOK_AGAIN = 2000;

export class DeviceQueue {
  /** Read what the device holds of a visit's answers, or (`kind`) of its notes. */
  static async open(device, visit, kind = "answer") {
    const waiting = (await device.store.waiting()).filter((entry) => entry.visit === visit && entry.kind === kind);
    for (const entry of waiting) entry.why = await device.store.whyStopped(entry);
    return new DeviceQueue(device, visit, kind, waiting, await device.store.rows(visit));
  }

  constructor(device, visit, kind, waiting, rows) {
    Object.assign(this, { device, visit, kind, rows, tell: () => {} });
    this.changes = new Map(); // question → {sent, next, revision, attempt, stopped, requests, last, keeping}
    this.stopped = null;
    this.chain = Promise.resolve();
    for (const entry of waiting) this.takeIn(entry);
    device.listen((...told) => this.hear(...told));
    this.looking = setInterval(() => this.lookAgain().catch(() => {}), LOOK_AGAIN);
  }

  takeIn({ question, request, content, why }) {
    const line = this.line(question);
    line.sent = { ...line.sent, ...content };
    line.requests.push(request);
    line.last = request;
    if (why) Object.assign(line, { stopped: why.event, detail: why.detail });
  }

  line(question) {
    if (!this.changes.has(question))
      this.changes.set(question, { sent: null, next: null, revision: 0, attempt: 0, stopped: null, requests: [], last: null, keeping: 0 });
    return this.changes.get(question);
  }

  // --- what the page asks -----------------------------------------------------------------------------

  /** Say at which revision a question stands on this page, unless the device knows a later one. */
  know(question, revision) {
    const line = this.line(question);
    const row = this.rows.get(question);
    const later = row && row.revision > revision;
    line.revision = later ? row.revision : revision;
    if (!line.last && row && row.revision >= revision) line.last = row.request;
  }

  /** What the server acknowledged after a page was made at `revision`: {revision, fields}, or undefined. */
  laterThan(question, revision) {
    const row = this.rows.get(question);
    return row && row.revision > revision && !this.line(question).sent ? row : undefined;
  }

  /** What waits, as the page takes it up: [question, {sent, revision}]. */
  left() {
    return [...this.changes].filter(([, line]) => line.sent).map(([question, { sent, revision }]) => [question, { sent, revision }]);
  }

  resume(question) {
    const { stopped, detail, sent } = this.line(question);
    if (stopped) this.tell(question, stopped, stopped === "conflict" ? { ...detail, mine: sent } : detail);
    else this.tell(question, "kept");
  }

  put(question, fields) {
    const line = this.line(question);
    line.sent = { ...line.sent, ...fields };
    const again = line.stopped === "refused";
    if (again) line.stopped = null;
    this.keep(question, again ? line.sent : fields, again ? [...line.requests] : []);
  }

  insist(question, revision) {
    const line = this.line(question);
    Object.assign(line, { revision, stopped: null, last: null });
    this.keep(question, line.sent, [...line.requests]);
  }

  give(question, revision) {
    const line = this.line(question);
    const { requests } = line;
    Object.assign(line, { sent: null, stopped: null, revision, requests: [], last: null });
    this.chain = this.chain.then(() => this.device.store.give(requests)).catch((fault) => this.tell(question, "broken", { fault }));
  }

  /** What lies neither on the server nor on this device yet. */
  get unsaved() {
    const loose = new Set(this.device.store.loose.map(({ question }) => question));
    return [...this.changes].filter(([question, line]) => line.keeping || loose.has(question)).map(([question]) => question);
  }

  get isKept() {
    return !this.device.store.loose.length;
  }

  get busy() {
    return [...this.changes.values()].some((line) => line.keeping);
  }

  async settle(milliseconds) {
    const patience = new Promise((done) => setTimeout(done, milliseconds));
    await Promise.race([this.chain, patience]);
    return !this.unsaved.length;
  }

  /** What is said of the saving as a whole; null where the page knows better. `typing`: more is about to be put. */
  inWords(typing) {
    const lines = [...this.changes.values()];
    if (typing || lines.some((line) => line.keeping)) return ["正在保存…", "note"];
    const waiting = lines.filter((line) => line.sent && !line.stopped).length;
    if (!waiting || lines.some((line) => line.stopped)) return null;
    return [`${waiting} 题已存本机，等待送出`, "warn"];
  }

  forget() {
    this.halt("forgotten");
  }

  halt(why) {
    this.stopped = why;
    clearInterval(this.looking);
  }

  wake() {
    this.device.sync.wake();
  }

  // --- the rest is the queue's own --------------------------------------------------------------------

  keep(question, content, instead) {
    const line = this.line(question);
    line.keeping += 1;
    this.chain = this.chain.then(() => this.write(question, line, content, instead)).catch((fault) => {
      line.keeping -= 1;
      this.tell(question, "broken", { fault });
    });
  }

  async write(question, line, content, instead) {
    const about = { visit: this.visit, kind: this.kind, question, base: line.revision, after: line.last };
    const { request } = await this.device.store.add(about, content, { instead });
    line.requests = [...line.requests.filter((one) => !instead.includes(one)), request];
    line.last = request;
    line.keeping -= 1;
    this.tell(question, "kept");
    this.device.sync.wake();
  }

  hear(event, entry, detail) {
    if (this.stopped || (entry && entry.visit !== this.visit)) return;
    if (event === "waiting") this.wait(detail);
    else if (event === "gone") this.taken();
    else if (event === "met") this.tell(null, "met");
    else if (event === "ended") this.tell(null, "ended", { message: ENDED });
    else if (entry && entry.kind === this.kind) this.hearOf(event, entry, detail);
  }

  /** The visit was given to somebody else: nothing more is kept of it here. */
  taken() {
    this.changes.clear();
    this.halt("failed");
    this.tell(null, "failed", { message: GONE });
  }

  wait({ trouble }) {
    for (const [question, line] of this.changes)
      if (line.sent && !line.stopped) {
        line.attempt += 1;
        this.tell(question, "waiting", { message: `已存本机，等待送出。${TROUBLES[trouble]}` });
      }
  }

  hearOf(event, { question, request }, detail) {
    const line = this.line(question);
    if (event === "saved") this.arrived(question, line, request, detail);
    else if (event === "stopped") {
      line.stopped = detail.event;
      line.detail = detail;
      this.tell(question, detail.event, detail.event === "conflict" ? { ...detail, mine: line.sent } : detail);
    }
  }

  arrived(question, line, request, detail) {
    line.requests = line.requests.filter((one) => one !== request);
    line.attempt = 0;
    line.revision = Math.max(line.revision, detail.revision);
    const more = line.requests.length > 0 || line.keeping > 0;
    if (!more) line.sent = null;
    this.tell(question, "saved", { ...detail, more });
  }

  /** Another page of this device may be the one that sends: see what became of things there. */
  async lookAgain() {
    if (![...this.changes.values()].some((line) => line.requests.length)) return;
    const waiting = new Set((await this.device.store.waiting()).map(({ request }) => request));
    const rows = await this.device.store.rows(this.visit);
    for (const [question, line] of this.changes) {
      const [gone] = line.requests.filter((request) => !waiting.has(request));
      const row = rows.get(question);
      if (gone && row && !line.keeping)
        this.arrived(question, line, gone, { ...row.fields, revision: row.revision, saved: "" });
    }
  }
}
