// Changes on their way to the server: one after another per question, each exactly once.
//
// A change has a number of its own (client.sequence) and the revision it was made on. Until the
// server has acknowledged it, it also lies in this tab's storage, so that a reload, a crash of the
// page or an ended session loses nothing. Only an acknowledgement, a decision of the reader or
// signing out takes it away.

const RETRY = [1, 2, 4, 8, 15, 30];
const TIMEOUT = 20000;
const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

function word() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Queue {
  /**
   * @param {{url: string, token: string, key: string}} place where to send, and where to keep
   * @param {(question: string, event: string, detail?: object) => void} tell called with
   *   saving, saved, waiting (not confirmed), refused, conflict, locked, ended (signed out), failed
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
    line.next = { ...line.next, ...(line.stopped === "refused" ? this.#again(line) : {}), ...fields };
    if (line.stopped === "refused") line.stopped = null;
    this.#keep();
    this.#send(question);
  }

  /** Decide a conflict: the reader's own change goes again, on top of the other one. */
  insist(question, revision) {
    const line = this.line(question);
    line.next = { ...this.#again(line), ...line.next };
    Object.assign(line, { revision, stopped: null });
    this.#keep();
    this.#send(question);
  }

  /** Decide a conflict: the reader's own change is given up. */
  give(question, revision) {
    Object.assign(this.line(question), { sent: null, next: null, revision, stopped: null });
    this.#keep();
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

  /** What an earlier visit of this tab left unsaved: [question, {sent, next, revision}]. */
  kept() {
    try {
      return Object.entries(JSON.parse(sessionStorage.getItem(this.key) ?? "{}"));
    } catch {
      return [];
    }
  }

  /** Send again what was left: first under its old number, in case it did arrive. */
  resume(question, left) {
    const line = this.line(question);
    // Made on what the reader saw then: whatever came since must show as a conflict.
    line.revision = left.revision;
    if (left.sent) line.sent = left.sent;
    if (left.next) line.next = left.next;
    if (line.sent) this.#deliver(question);
    else this.#send(question);
  }

  /** Try everything that waits, at once. */
  wake() {
    for (const [question, line] of this.changes)
      if (line.sent && line.attempt && !line.stopped) {
        clearTimeout(line.timer);
        this.#deliver(question);
      }
  }

  /** Wait until everything is acknowledged or has stopped; false when something has not arrived. */
  async settle(milliseconds) {
    const until = Date.now() + milliseconds;
    while (this.busy && Date.now() < until) await new Promise((done) => setTimeout(done, 40));
    return !this.unsaved.length;
  }

  forget() {
    this.changes.clear();
    this.stopped = "forgotten";
    try { sessionStorage.removeItem(this.key); } catch { /* nothing was kept */ }
  }

  #again(line) {
    const { question, request_id, base_revision, ...fields } = line.sent ?? {};
    line.sent = null;
    return fields;
  }

  #send(question) {
    const line = this.line(question);
    if (line.sent || !line.next || line.stopped || this.stopped) return;
    line.sent = {
      ...line.next,
      question,
      request_id: `${this.client}.${++this.sequence}`,
      base_revision: line.revision,
    };
    line.next = null;
    this.#keep();
    this.#deliver(question);
  }

  async #deliver(question) {
    const line = this.line(question);
    if (!line.sent || this.stopped) return;
    if (!line.attempt) this.tell(question, "saving");
    let response;
    let body = {};
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.token,
        },
        body: JSON.stringify(line.sent),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      body = await response.json();
    } catch {
      // The network went, or what came back is not ours: it may or may not have arrived.
      this.#later(question, 0);
      return;
    }
    this.#heard(question, response, body);
  }

  #heard(question, response, body) {
    const line = this.line(question);
    if (response.ok) {
      Object.assign(line, { sent: null, revision: body.revision, attempt: 0 });
      this.#keep();
      this.tell(question, "saved", { ...body, more: Boolean(line.next) });
      this.#send(question);
    } else if (RETRIED.has(response.status)) {
      this.#later(question, Number(response.headers.get("Retry-After")) || 0, body.message);
    } else if (response.status === 401) {
      this.#stop(question, "ended", body);
    } else if (response.status === 409 && body.current) {
      line.stopped = "conflict";
      line.attempt = 0;
      this.tell(question, "conflict", { ...body, mine: { ...line.sent, ...line.next } });
    } else if (response.status === 409) {
      this.#stop(question, "locked", body);
    } else if (response.status === 422) {
      line.stopped = "refused";
      line.attempt = 0;
      this.tell(question, "refused", body);
      if (line.next) this.put(question, {});
    } else {
      this.#stop(question, "failed", body);
    }
  }

  #stop(question, why, body) {
    // What was sent waits in storage under its number for the next visit of this tab.
    this.stopped = why;
    this.tell(question, why, body);
  }

  #later(question, seconds, message) {
    const line = this.line(question);
    const pause = Math.max(seconds, RETRY[Math.min(line.attempt, RETRY.length - 1)]);
    line.attempt += 1;
    this.tell(question, "waiting", { message });
    line.timer = setTimeout(() => this.#deliver(question), pause * 1000 * (0.8 + 0.4 * Math.random()));
  }

  #keep() {
    const left = {};
    this.stored = false;
    for (const [question, { sent, next, revision }] of this.changes)
      if (sent || next) left[question] = { sent, next, revision };
    try {
      if (Object.keys(left).length) sessionStorage.setItem(this.key, JSON.stringify(left));
      else sessionStorage.removeItem(this.key);
      this.stored = true;
    } catch {
      // Storage full or forbidden: the page itself still holds everything.
    }
  }
}
