// What one consultant's device keeps: visits taken along, and what waits to be sent, in its order.

import { hex, open, openBytes, seal, sealBytes } from "./seal.js";

const ALL = ["visits", "pages", "rows", "outbox", "photos"];

/** Before the id of a note it stands where otherwise a question's id does. */
export const NOTE = "note.";

export const ON_DISK = { durability: "strict" }; // where a browser knows the word, a loss of power takes nothing

const word = () => hex(crypto.getRandomValues(new Uint8Array(12)));

export class DeviceStore {
  /** @param {IDBDatabase} database by `openDatabase`; keys: of this reader, the newest first */
  constructor(database, reader, keys) {
    Object.assign(this, { database, reader, keys });
    this.loose = []; // what this device could not keep: it lives as long as the page
    this.acknowledged = new Map(); // request → revision, since this page was opened
  }

  // --- the visits taken along -----------------------------------------------------------------------

  /** Keep a visit's pages: {path, html, headers} each; `about`: what is shown of it without a network. */
  async take(visit, release, about, pages) {
    const record = { reader: this.reader, visit, release, taken: about.taken, sealed: await seal(this.keys, about) };
    const sealed = [];
    for (const { path, ...page } of pages)
      sealed.push({ reader: this.reader, visit, path, release, sealed: await seal(this.keys, page) });
    const work = this.database.transaction(["visits", "pages"], "readwrite", ON_DISK);
    for (const page of sealed) work.objectStore("pages").put(page);
    work.objectStore("visits").put(record);
    await work.done;
  }

  /** The visits taken along: {visit, release, taken, …about}. */
  async visits() {
    const found = (await this.database.getAll("visits")).filter(({ reader }) => reader === this.reader);
    return Promise.all(found.map(async ({ visit, release, sealed }) => ({ ...(await open(this.keys, sealed)), visit, release })));
  }

  async has(visit) {
    return Boolean(await this.database.get("visits", [this.reader, visit]));
  }

  /** Forget a visit: pages, answers, and what waited to be sent. */
  async forget(visit) {
    await this.drop((record) => record.reader === this.reader && record.visit === visit);
    this.loose = this.loose.filter((entry) => entry.visit !== visit);
  }

  /** Forget the pages of a visit; what waits to be sent stays. */
  async putDown(visit) {
    await this.drop((record) => record.reader === this.reader && record.visit === visit, ["visits", "pages"]);
  }

  /** Forget everything of this reader. */
  async forgetAll() {
    await this.drop((record) => record.reader === this.reader);
    this.loose = [];
  }

  async drop(fits, names = ALL) {
    const work = this.database.transaction(names, "readwrite");
    for (const name of names.filter((one) => one !== "photos"))
      for (let at = await work.objectStore(name).openCursor(); at; at = await at.continue())
        if (fits(at.value)) {
          if (name === "outbox") work.objectStore("photos").delete(at.value.request);
          at.delete();
        }
    await work.done;
  }

  // --- what waits to be sent ------------------------------------------------------------------------

  /**
   * Keep something to be sent.
   *
   * @param {{visit: number, question: string, kind: string, base: number, after?: string}} about
   *   `kind`: answer, note or photo; `question`: of a note or a photo of one, NOTE and its id;
   *   `base`: the revision its reader saw; `after`: the request it was made on top of
   * @param {object} content what is sealed; `bytes`: a photo's
   * @param {string[]} instead requests that it takes the place of
   * @returns the entry; it carries `loose` where this device cannot keep it
   */
  async add(about, content, { bytes = null, instead = [], request = null } = {}) {
    const entry = { base: 0, after: null, ...about, reader: this.reader, stopped: null };
    try {
      const sealed = await seal(this.keys, content);
      const photo = bytes && (await sealBytes(this.keys, bytes));
      return { ...(await this.keep({ ...entry, sealed }, photo, instead, request)), content };
    } catch (fault) {
      if (this.closed(fault)) throw fault;
      this.loose = this.loose.filter((one) => !instead.includes(one.request));
      const kept = { ...entry, content, bytes, loose: true, request: request || `${word()}.1`, n: Infinity };
      this.loose.push(kept);
      return kept;
    }
  }

  /** Whether the database itself is gone, not merely full. */
  closed({ name }) {
    return name === "InvalidStateError";
  }

  async keep(entry, photo, instead, request) {
    const work = this.database.transaction(["notes", "outbox", "photos"], "readwrite", ON_DISK);
    const [notes, outbox, photos] = ["notes", "outbox", "photos"].map((name) => work.objectStore(name));
    try {
      for (const old of instead) {
        const n = await outbox.index("request").getKey(old);
        if (n !== undefined) outbox.delete(n);
        photos.delete(old);
      }
      const kept = { ...entry, request: request || (await this.number(notes)) };
      const known = await outbox.index("request").get(kept.request);
      if (known) kept.n = known.n;
      kept.n = await outbox.put(kept);
      if (photo) photos.put(photo, kept.request);
      await work.done;
      return kept;
    } catch (fault) {
      work.done.catch(() => {}); // the same fault once more
      throw fault;
    }
  }

  // client.sequence: the server tells an older change of the same client from a newer one.
  async number(notes) {
    const client = (await notes.get("client")) || word();
    const sequence = ((await notes.get("sequence")) || 0) + 1;
    notes.put(client, "client");
    notes.put(sequence, "sequence");
    return `${client}.${sequence}`;
  }

  /** Everything that waits, in its order, without the bytes: opened, `content` each. */
  async waiting() {
    const found = (await this.database.getAll("outbox")).filter(({ reader }) => reader === this.reader);
    return [...(await Promise.all(found.map((entry) => this.opened(entry)))), ...this.loose];
  }

  async opened(entry) {
    return { ...entry, content: await open(this.keys, entry.sealed) };
  }

  async bytesOf(entry) {
    return entry.bytes || openBytes(this.keys, await this.lockedPhoto(entry));
  }

  /** A photo as it lies here: {key, nonce, bytes}. */
  lockedPhoto({ request }) {
    return this.database.get("photos", request);
  }

  /** How much waits: {answers, notes, photos, stopped}. */
  async count() {
    const found = (await this.database.getAll("outbox")).filter(({ reader }) => reader === this.reader);
    const all = [...found, ...this.loose];
    const photos = all.filter(({ kind }) => kind === "photo").length;
    const notes = all.filter(({ kind }) => kind === "note").length;
    return { answers: all.length - photos - notes, notes, photos, stopped: all.filter(({ stopped }) => stopped).length };
  }

  /**
   * What goes next: the oldest answer or note that is not held, then the oldest photo; null for nothing.
   * A photo of a finding waits for a finding that is held.
   */
  async next() {
    const found = (await this.database.getAll("outbox")).filter(({ reader }) => reader === this.reader);
    const all = [...found, ...this.loose];
    const held = new Set(all.filter(({ stopped, kind }) => stopped && kind !== "photo").map(({ visit, question }) => `${visit} ${question}`));
    const waits = ({ kind, visit, question }) => (kind !== "photo" || question.startsWith(NOTE)) && held.has(`${visit} ${question}`);
    const ready = all.filter((entry) => !entry.stopped && !waits(entry));
    const entry = ready.find(({ kind }) => kind !== "photo") || ready[0];
    if (!entry) return null;
    return { ...(entry.loose ? entry : await this.opened(entry)), base: await this.baseOf(entry) };
  }

  // A change made on top of another of this device stands on what became of that one.
  async baseOf({ visit, question, after, base }) {
    if (!after) return base;
    if (this.acknowledged.has(after)) return this.acknowledged.get(after);
    const row = await this.database.get("rows", [this.reader, visit, question]);
    return row && row.request === after ? row.revision : base;
  }

  /** The server has an answer: remember how it stands there, and wait for it no longer. */
  async acknowledge(entry, { revision, value, verification, fields: noted }) {
    const { request, visit, question, kind, content } = entry;
    if (kind === "photo") return this.give([request]);
    this.acknowledged.set(request, revision);
    if (await this.knowsLater(visit, question, revision)) return this.give([request]);
    const fields = kind === "note" ? { kind: content.kind, fields: noted } : await this.standing(visit, question, { ...content, value, verification });
    const row = { reader: this.reader, visit, question, revision, request, sealed: await seal(this.keys, fields) };
    const work = this.database.transaction(["rows", "outbox", "photos"], "readwrite");
    try {
      work.objectStore("rows").put(row);
      await this.removeFrom(work, [request]);
      await work.done;
    } catch {
      work.done.catch(() => {});
      await this.give([request]); // no room even for that: the next page brings it from the server
    }
    return null;
  }

  // Handed in once more, an old change is acknowledged as what it was.
  async knowsLater(visit, question, revision) {
    const row = await this.database.get("rows", [this.reader, visit, question]);
    return Boolean(row) && row.revision > revision;
  }

  // The fields an answer is known to have by now: those of before, and what was just kept.
  async standing(visit, question, fields) {
    const row = await this.database.get("rows", [this.reader, visit, question]);
    return { ...(row && (await open(this.keys, row.sealed))), ...fields };
  }

  async removeFrom(work, requests) {
    const outbox = work.objectStore("outbox");
    for (const request of requests) {
      const n = await outbox.index("request").getKey(request);
      if (n !== undefined) outbox.delete(n);
      work.objectStore("photos").delete(request);
    }
    this.loose = this.loose.filter(({ request }) => !requests.includes(request));
  }

  /** Give up what waits, as its reader decided. */
  async give(requests) {
    const work = this.database.transaction(["outbox", "photos"], "readwrite");
    await this.removeFrom(work, requests);
    await work.done;
  }

  /** Hold what cannot go: its reader decides. `why`: {event, detail}. */
  async stop({ request }, why) {
    for (const entry of this.loose) if (entry.request === request) entry.stopped = why;
    const sealed = await seal(this.keys, why);
    const work = this.database.transaction("outbox", "readwrite");
    const entry = await work.store.index("request").get(request);
    if (entry) await work.store.put({ ...entry, stopped: sealed });
    await work.done;
  }

  /** Let everything try again that was held for a reason that may have passed. */
  async release(requests) {
    for (const entry of this.loose) if (requests.includes(entry.request)) entry.stopped = null;
    const work = this.database.transaction("outbox", "readwrite");
    for (const request of requests) {
      const entry = await work.store.index("request").get(request);
      if (entry) await work.store.put({ ...entry, stopped: null });
    }
    await work.done;
  }

  /** Why an entry is held: {event, detail}; null where it is not. */
  async whyStopped({ stopped, loose }) {
    return stopped && (loose ? stopped : open(this.keys, stopped));
  }

  /** The answers acknowledged since a visit was taken along: question → {revision, request, fields}. */
  async rows(visit) {
    const found = (await this.database.getAll("rows")).filter((row) => row.reader === this.reader && row.visit === visit);
    return new Map(await Promise.all(found.map(async ({ question, revision, request, sealed }) =>
      [question, { revision, request, fields: await open(this.keys, sealed) }])));
  }
}
