// A device made of parts: a database in memory, a clock only the test moves, a way to the server that
// loses, repeats and delays, and a server that keeps answers and photos as ours does.

import "fake-indexeddb/auto";

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const STATIC = new URL("../../static/", import.meta.url);
const modules = new Map();

async function module(url) {
  if (!modules.has(url.href)) {
    const made = new vm.SourceTextModule(readFileSync(url, "utf8"), { identifier: url.href });
    modules.set(url.href, made);
    await made.link((name, from) => module(new URL(name, from.identifier)));
  }
  return modules.get(url.href);
}

/** What a script of ours exports. */
export async function ours(path) {
  const found = await module(new URL(`js/${path}`, STATIC));
  await found.evaluate();
  return found.namespace;
}

const { openDatabase } = await ours("offline/database.js");
const { keyFrom } = await ours("offline/seal.js");
const { DeviceStore } = await ours("offline/store.js");
const { Sync } = await ours("offline/sync.js");
const { Lease } = await ours("offline/lease.js");

export const READER = 7;
export const VISIT = 3;
export const SECRET = Buffer.alloc(32, 1).toString("base64");

export async function freshDatabase() {
  const [{ default: IDBFactory }] = await Promise.all([import("fake-indexeddb/lib/FDBFactory")]);
  globalThis.indexedDB = new IDBFactory();
  return openDatabase();
}

/** What a consultant's page has of the device; `again` opens it as a page after a restart would. */
export async function device({ database = null, reader = READER, secrets = [SECRET], server = null, way = (act) => act() } = {}) {
  const made = database || (await freshDatabase());
  const store = new DeviceStore(made, reader, await Promise.all(secrets.map(keyFrom)));
  const told = [];
  const clock = new Clock();
  const lease = new Lease(made, () => clock.now);
  const sync = new Sync({
    store, lease, clock,
    ask: (url, what) => way(() => server.take(url, what), url, what),
    tell: (event, entry, detail) => told.push([event, entry && entry.request, detail]),
  });
  return { database: made, store, sync, told, clock, lease, again: (more) => device({ database: made, reader, secrets, server, way, ...more }) };
}

/** Timers that go off when told to. */
export class Clock {
  constructor() {
    this.now = 1e12;
    this.timers = [];
  }

  later(act, milliseconds) {
    const timer = { act, at: this.now + milliseconds };
    this.timers.push(timer);
    return timer;
  }

  cancel(timer) {
    this.timers = this.timers.filter((one) => one !== timer);
  }

  /** Let the next timer go off; false where none waits. */
  async tick() {
    const [next] = this.timers.sort((a, b) => a.at - b.at);
    if (!next) return false;
    this.cancel(next);
    this.now = Math.max(this.now, next.at);
    await next.act();
    return true;
  }
}

const said = (status, body, foreign = false) => ({ status, wait: 0, body, foreign });
export const refusal = (status, more = {}) => said(status, { status, message: `说明 ${status}`, request_id: "r", ...more });
export const portal = () => said(200, null, true);
export const proxy = () => said(502, null, true);

/** Keeps answers by revision and photos by number, each once. */
export class Server {
  constructor() {
    this.reader = READER;
    this.visits = { [VISIT]: "visiting" };
    this.answers = new Map(); // question → [{request, revision, …fields}]
    this.photos = new Map(); // request → {question, bytes, done}
    this.refuse = null;
  }

  async take(url, { json, bytes } = {}) {
    const early = this.refuse && this.refuse(url, json);
    if (early) return early;
    if (url === "/visits/device") return said(200, { reader: this.reader, token: "t", keys: [SECRET], visits: this.visits });
    const [, visit, kind, request, act, offset] = url.match(/^\/visits\/(\d+)\/(\w+)(?:\/([^/]+)(?:\/(\w+)(?:\/(\d+))?)?)?$/);
    if (!(visit in this.visits)) return refusal(404);
    if (kind === "answers") return this.answer(json);
    if (kind === "notes") return this.note(json);
    return request ? this.photo(request, act, Number(offset), bytes) : this.announce(json);
  }

  history(question) {
    if (!this.answers.has(question)) this.answers.set(question, [{ request: "first", revision: 1 }]);
    return this.answers.get(question);
  }

  answer({ request_id, question, base_revision, ...fields }) {
    const history = this.history(question);
    const seen = history.find(({ request }) => request === request_id);
    const last = history[history.length - 1];
    if (!seen && last.revision !== base_revision)
      return refusal(409, { current: { author: "李工", ...last } });
    if (!seen) history.push({ request: request_id, revision: base_revision + 1, ...fields });
    const kept = seen || history[history.length - 1];
    return said(200, { request_id, revision: kept.revision, saved: "10:30", value: kept.value, verification: "changed" });
  }

  note({ request_id, item, base_revision, kind, fields }) {
    const question = `note.${item}`;
    if (!this.answers.has(question)) this.answers.set(question, [{ request: "", revision: 0 }]);
    const answer = this.answer({ request_id, question, base_revision, kind, fields });
    if (answer.status === 409) answer.body.current.fields = this.history(question).at(-1).fields;
    return answer.status === 200 ? said(200, { ...answer.body, fields: this.history(question).find(({ request }) => request === request_id).fields }) : answer;
  }

  announce({ request_id, question, sha256, size }) {
    if (!this.photos.has(request_id)) this.photos.set(request_id, { question, sha256, size, bytes: Buffer.alloc(0), done: 0 });
    return this.standing(request_id);
  }

  standing(request_id) {
    const { bytes, done } = this.photos.get(request_id);
    return said(200, { request_id, received: bytes.length, done: done > 0, file: done ? { id: 1 } : null });
  }

  photo(request, act, offset, content) {
    const photo = this.photos.get(request);
    if (!photo) return refusal(409, { fields: { request_id: "?" } });
    if (act === "parts" && offset === photo.bytes.length && !photo.done) photo.bytes = Buffer.concat([photo.bytes, content]);
    if (act === "finish" && !photo.done && photo.bytes.length === photo.size) {
      if (createHash("sha256").update(photo.bytes).digest("hex") === photo.sha256) photo.done += 1;
      else photo.bytes = Buffer.alloc(0);
    }
    return this.standing(request);
  }
}

export function aPhoto(size, seed = 1) {
  const bytes = new Uint8Array(size).map((_, place) => (place * 31 + seed) % 251);
  return { bytes, content: { name: "照片.jpg", caption: "", sha256: createHash("sha256").update(bytes).digest("hex"), size } };
}

export const answerTo = (question, base = 1, after = null) => ({ visit: VISIT, kind: "answer", question, base, after });
export const noteOf = (item, base = 0, after = null) => ({ visit: VISIT, kind: "note", question: `note.${item}`, base, after });
export const photoOf = (question) => ({ visit: VISIT, kind: "photo", question });
