// Sending what a device holds: one thing after another, each exactly once, whatever the way does.
//
// Nothing is taken from the store before the server has acknowledged it by the request's own number;
// a request that is repeated keeps its number. What waits for a decision of its reader holds its own
// question and no other. Photos come after all answers, part by part.

import { NOTE } from "./store.js";

const RETRY = [1, 2, 4, 8, 15, 30];
const PART = 128 * 1024;

/** Where a change goes, and what it is about there. */
const WAYS = {
  answer: ({ question }) => ["answers", { question }],
  note: ({ question }) => ["notes/save", { item: question.slice(NOTE.length) }],
};
const RESTARTS = 5;
const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

/** Somebody between here and the server: what to do about it, as words.js says it. */
function troubleOf(answer) {
  if (!answer) return "away";
  if (answer.foreign) return answer.status < 400 ? "portal" : "between";
  if (answer.status === 507) return "full";
  return RETRIED.has(answer.status) ? "busy" : null;
}

export class Sync {
  /**
   * @param {DeviceStore} store
   * @param {{store, ask, lease, tell, clock?}} parts `ask` as wire.js; `tell(event, entry, detail)`
   *   hears saving, saved, waiting, stopped, ended, stranger, gone, quiet, met
   */
  constructor({ store, ask, lease, tell, clock = { later: (act, ms) => setTimeout(act, ms), cancel: (timer) => clearTimeout(timer) } }) {
    Object.assign(this, { store, ask, lease, tell, clock });
    this.attempt = 0;
    this.contact = null; // {token, visits}: since the last trouble
    this.running = false;
    this.again = false;
    this.photo = null; // the photo under way: {request, bytes, received, restarts}
    this.ended = false;
  }

  /** Something was added, or the network may be back: try now. */
  wake() {
    this.again = true;
    if (this.running || this.ended) return Promise.resolve();
    this.clock.cancel(this.timer);
    return this.run();
  }

  /** Send nothing any more. */
  end() {
    this.ended = true;
    this.clock.cancel(this.timer);
  }

  async run() {
    this.running = true;
    let pause = null;
    try {
      while (this.again && !this.ended) {
        this.again = false;
        pause = await this.pass();
      }
    } catch (fault) {
      this.tell("broken", null, { fault });
      pause = RETRY[RETRY.length - 1];
    } finally {
      this.running = false;
    }
    if (pause !== null && !this.ended) this.later(pause);
  }

  later(pause) {
    const spread = 0.8 + 0.2 * Math.random();
    this.timer = this.clock.later(() => this.wake(), pause * 1000 * spread);
  }

  /** Send until nothing is left: null; or the seconds to wait before the next try. */
  async pass() {
    while (!this.ended) {
      if (!(await this.lease.take())) return RETRY[2];
      if (!this.contact) {
        const wait = await this.meet();
        if (wait !== null) return wait;
      }
      const entry = await this.store.next();
      if (!entry) {
        this.tell("quiet", null, {});
        return null;
      }
      this.tell("saving", entry, {});
      const wait = entry.kind === "photo" ? await this.sendPhoto(entry) : await this.sendChange(entry);
      if (wait !== null) return wait;
    }
    return null;
  }

  /** Learn who is signed in, with which token, and which visits are theirs. */
  async meet() {
    const answer = await this.ask("/visits/device");
    const trouble = troubleOf(answer);
    if (trouble) return this.wait(trouble, null, answer);
    if (answer.status === 401) return this.stay("ended", answer.body);
    if (answer.status !== 200 || typeof answer.body.token !== "string") return this.stay("stranger", answer.body);
    if (answer.body.reader !== this.store.reader) return this.stay("stranger", answer.body);
    this.contact = answer.body;
    this.attempt = 0;
    await this.forgetOthers(answer.body.visits);
    this.tell("met", null, answer.body);
    return null;
  }

  // A visit that is not this consultant's any more leaves the device, sent or not.
  async forgetOthers(visits) {
    const held = [...(await this.store.visits()), ...(await this.store.waiting())].map(({ visit }) => visit);
    for (const visit of new Set(held))
      if (!(visit in visits)) {
        await this.store.forget(visit);
        this.tell("gone", { visit }, {});
      }
  }

  stay(event, detail) {
    this.contact = null;
    this.tell(event, null, detail);
    return RETRY[RETRY.length - 1];
  }

  wait(trouble, entry, answer) {
    const pause = Math.max((answer && answer.wait) || 0, RETRY[Math.min(this.attempt, RETRY.length - 1)]);
    this.attempt += 1;
    if (trouble !== "busy") this.contact = null;
    this.tell("waiting", entry, { trouble, status: answer ? answer.status : 0, message: answer && answer.body ? answer.body.message : "" });
    return pause;
  }

  async sendChange(entry) {
    const { visit, kind, request, base, content } = entry;
    const [way, about] = WAYS[kind](entry);
    const json = { ...content, ...about, request_id: request, base_revision: base };
    const answer = await this.post(`/visits/${visit}/${way}`, { json });
    const done = answer && answer.status < 300 && answer.body;
    if (done && !(done.request_id === request && Number.isInteger(done.revision))) answer.foreign = true;
    const trouble = troubleOf(answer);
    if (trouble) return this.wait(trouble, entry, answer);
    this.attempt = 0;
    if (answer.status >= 300) return this.refused(entry, answer);
    await this.store.acknowledge(entry, done);
    this.tell("saved", entry, done);
    return null;
  }

  post(url, what) {
    return this.ask(url, { token: this.contact.token, ...what });
  }

  /** Our server said no: once more with a fresh contact where that may help, else it is held. */
  async refused(entry, { status, body }) {
    const stale = status === 400 || status === 401 || status === 403 || status === 404;
    if (stale && this.retried !== entry.request) {
      this.retried = entry.request;
      this.contact = null; // a new token; or the visit is gone, or the session
      return null;
    }
    const event = status === 409 && body.current ? "conflict" : status === 409 && body.state ? "locked" : status === 422 ? "refused" : "failed";
    await this.store.stop(entry, { event, detail: body });
    this.tell("stopped", entry, { event, ...body });
    return null;
  }

  // --- photos: announced, sent in parts, finished -----------------------------------------------------

  async sendPhoto(entry) {
    const answer = await this.photoStep(entry);
    const body = answer && answer.body;
    if (answer && answer.status < 300 && !(body && body.request_id === entry.request && Number.isInteger(body.received))) answer.foreign = true;
    const trouble = troubleOf(answer);
    if (trouble) {
      if (this.photo) this.photo.received = null; // asked again before it goes on
      return this.wait(trouble, entry, answer);
    }
    this.attempt = 0;
    if (answer.status >= 300) return this.photoRefused(entry, answer);
    if (body.done) {
      this.photo = null;
      await this.store.acknowledge(entry, {});
      this.tell("saved", entry, body);
      return null;
    }
    return this.moved(entry, body.received);
  }

  async photoStep(entry) {
    const { visit, question, request, content } = entry;
    if (!this.photo || this.photo.request !== request) this.photo = { request, bytes: null, received: null, restarts: 0 };
    const { photo } = this;
    const at = `/visits/${visit}/photos`;
    if (photo.received === null) return this.post(at, { json: { ...content, question, request_id: request } });
    photo.bytes = photo.bytes || (await this.store.bytesOf(entry));
    if (photo.received === photo.bytes.length) return this.post(`${at}/${request}/finish`, {});
    const part = photo.bytes.slice(photo.received, photo.received + PART);
    return this.post(`${at}/${request}/parts/${photo.received}`, { bytes: part });
  }

  async moved(entry, received) {
    const { photo } = this;
    if (photo.received !== null && received <= photo.received) photo.restarts += 1;
    if (photo.restarts > RESTARTS) return this.photoRefused(entry, { status: 409, body: { message: "" } });
    photo.received = received;
    this.tell("moved", entry, { received, size: entry.content.size });
    return null;
  }

  async photoRefused(entry, answer) {
    if (answer.status === 409 && this.photo.restarts < RESTARTS && answer.body.fields) {
      this.photo.restarts += 1;
      this.photo.received = null; // not announced any more: begin again
      return null;
    }
    this.photo = null;
    return this.refused(entry, answer);
  }
}
