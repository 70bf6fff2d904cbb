// This device, for the person whose page this is: opened once, used by everything on the page.

import { openDatabase } from "./database.js";
import { Lease } from "./lease.js";
import { isMarked, mark } from "./mark.js";
import { keyFrom } from "./seal.js";
import { DeviceStore, ON_DISK } from "./store.js";
import { Sync } from "./sync.js";
import { ask } from "./wire.js";

export class Device {
  constructor(database, store) {
    Object.assign(this, { database, store });
    this.listeners = [];
    this.lease = new Lease(database);
    this.sync = new Sync({ store, ask, lease: this.lease, tell: (...told) => this.tell(...told) });
  }

  /** Hear what becomes of things: (event, entry, detail), as sync.js tells. */
  listen(listener) {
    this.listeners.push(listener);
  }

  tell(...told) {
    for (const listener of this.listeners) listener(...told);
  }

  /** Send what waits now, and whenever the network or the reader comes back. */
  begin() {
    addEventListener("online", () => this.sync.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.sync.wake());
    addEventListener("pagehide", () => this.lease.drop().catch(() => {}));
    this.sync.wake();
  }

  /** The person signs out: keys and pages go; what is unsent stays locked until they are back. */
  async signOut() {
    this.sync.end();
    await this.store.drop(({ reader }) => reader === this.store.reader, ["visits", "pages", "rows"]);
    await this.database.delete("accounts", this.store.reader);
  }
}

const opened = new Map();

/**
 * Open the device for a person.
 *
 * @param {boolean} anew make it theirs, asking the server for their keys, where it is not yet
 * @returns {Promise<Device | null>} null where nothing of theirs lies here or it cannot be opened now:
 *   then it is tried again when it is asked for next
 */
export async function deviceOf(reader, { anew = false } = {}) {
  if (!anew && !isMarked(reader)) return null;
  if (!opened.has(reader) || anew) opened.set(reader, open(reader, anew).catch(() => null));
  const opening = opened.get(reader);
  const device = await opening;
  if (!device && opened.get(reader) === opening) opened.delete(reader);
  return device;
}

async function open(reader, anew) {
  const database = await openDatabase();
  const account = await database.get("accounts", reader);
  const wanted = account || anew || (await holds(database, reader));
  const keys = account && !anew ? account.keys : wanted && (await keysOf(database, reader));
  if (keys) mark(reader);
  else database.close();
  return keys ? new Device(database, new DeviceStore(database, reader, keys)) : null;
}

/** Whether something of a person lies here, locked or not. */
export async function isHolding(reader) {
  const database = await openDatabase();
  const found = await holds(database, reader);
  database.close();
  return found;
}

async function holds(database, reader) {
  const records = await Promise.all(["visits", "outbox"].map((name) => database.getAll(name)));
  return records.flat().some((record) => record.reader === reader);
}

// Only who is signed in is given their keys; whoever was here before them loses theirs.
async function keysOf(database, reader) {
  const answer = await ask("/visits/device");
  if (!answer || answer.foreign || answer.status !== 200 || answer.body.reader !== reader) return null;
  const keys = await Promise.all(answer.body.keys.map(keyFrom));
  const work = database.transaction(["accounts", "notes"], "readwrite", ON_DISK);
  work.objectStore("accounts").clear();
  work.objectStore("accounts").put({ reader, keys });
  work.objectStore("notes").put(reader, "current");
  await work.done;
  return keys;
}

/** The worker that serves pages without a network; resolves when it does. */
export async function startWorker() {
  await navigator.serviceWorker.register("/worker.js", { scope: "/", updateViaCache: "none" });
  await navigator.serviceWorker.ready;
}

/** Ask that the browser keeps what lies here; null where it cannot be asked. */
export async function askToKeep() {
  const { storage } = navigator;
  return storage && storage.persist ? storage.persist() : null;
}
