// What a device has not sent, in a file: the same person hands it in from another device.
//
// A line in plain sight (what this is, where it was made, whose it is), then the list of what waits,
// then the photos, each locked with the person's key as it lies on the device. The list holds the
// number, size and fingerprint of everything: nothing of a file can be swapped or left out unseen.

import { hex, open, openBytes, seal, sealBytes, unhex } from "./seal.js";

const KIND = "survey-device-file";
const VERSION = 1;
const LONGEST_LINE = 1000;
const MOST = 1024 ** 3;

/** A file that is not taken, whole; `why`: a word of words.UNREADABLE; `where`: the address it was made at. */
export class Unreadable extends Error {
  constructor(why, where = "") {
    super(why);
    Object.assign(this, { why, where });
  }
}

/** Everything that waits, as a Blob. `here`: {origin, now}. */
export async function packed(store, { origin, now }) {
  const list = [];
  const photos = [];
  for (const entry of await store.waiting()) {
    const photo = entry.kind === "photo" ? await lockedPhoto(store, entry) : null;
    if (photo) photos.push(new Blob([photo.bytes]));
    const { request, visit, kind, question, after, content } = entry;
    list.push({ request, visit, kind, question, after, base: await store.baseOf(entry), content, photo: photo && label(photo) });
  }
  const sealed = await seal(store.keys, list);
  const line = { kind: KIND, version: VERSION, origin, reader: store.reader, saved: now.toISOString(), ...label(sealed) };
  return new Blob([`${JSON.stringify(line)}\n`, sealed.bytes, ...photos]);
}

const lockedPhoto = (store, entry) => (entry.bytes ? sealBytes(store.keys, entry.bytes) : store.lockedPhoto(entry));
const label = ({ key, nonce, bytes }) => ({ key, nonce: hex(nonce), size: bytes.length });

/**
 * Put what a file holds into this device's queue, under its old numbers: whatever arrived already is
 * the server's to know, so that handing in twice is as good as once. All of a file, or nothing.
 *
 * @param {Blob} file
 * @param {string} origin the address of this site
 * @returns {Promise<{answers: number, photos: number}>} how much it holds
 * @throws {Unreadable} nothing was taken
 */
export async function handedIn(file, store, origin) {
  const list = await opened(file, store, origin);
  for (const item of list) await bytesOf(file, store, item);
  for (const item of list) {
    const { request, content, visit, kind, question, base, after } = item;
    await store.add({ visit, kind, question, base, after }, content, { bytes: await bytesOf(file, store, item), request });
  }
  const photos = list.filter(({ kind }) => kind === "photo").length;
  return { answers: list.length - photos, photos };
}

async function opened(file, store, origin) {
  if (file.size > MOST) throw new Unreadable("huge");
  const { line, start } = await firstLine(file);
  if (line.version > VERSION) throw new Unreadable("newer");
  if (!store.keys.some(({ id }) => id === line.key)) throw lockedOut(line, store, origin);
  const list = await open(store.keys, await piece(file, start, line)).catch(() => {
    throw new Unreadable("damaged");
  });
  let at = start + line.size;
  for (const { photo } of list)
    if (photo) {
      photo.at = at;
      at += photo.size;
    }
  if (at !== file.size) throw new Unreadable("damaged");
  return list;
}

async function firstLine(file) {
  const head = new Uint8Array(await file.slice(0, LONGEST_LINE).arrayBuffer());
  const end = head.indexOf(10);
  let line = null;
  try {
    line = JSON.parse(new TextDecoder().decode(head.slice(0, end)));
  } catch { /* something else */ }
  if (end < 0 || !line || line.kind !== KIND) throw new Unreadable("other");
  return { line, start: end + 1 };
}

// Whose it is and where it was made is only told, never believed: the key alone opens.
function lockedOut(line, store, origin) {
  if (line.origin !== origin) return new Unreadable("elsewhere", String(line.origin));
  return new Unreadable(line.reader === store.reader ? "changed" : "stranger");
}

async function piece(file, at, { key, nonce, size }) {
  return { key, nonce: unhex(nonce), bytes: new Uint8Array(await file.slice(at, at + size).arrayBuffer()) };
}

async function bytesOf(file, store, { photo }) {
  if (!photo) return null;
  return openBytes(store.keys, await piece(file, photo.at, photo)).catch(() => {
    throw new Unreadable("damaged");
  });
}
