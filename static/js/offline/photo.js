// A photo before it leaves the device: when it was taken is read, then it is scaled; where it was taken is dropped.

import { hex } from "./seal.js";

const LONGEST_SIDE = 2000;
const [TYPE, QUALITY] = ["image/jpeg", 0.85];
const HEAD = 256 * 1024;

const EXIF_POINTER = 0x8769;
const TAKEN = 0x9003;
const OFFSET = 0x9011;

/** When a camera says it took a photo, as ISO with its zone; null where the file does not say. `bytes`: its head. */
export function takenIn(bytes) {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = exifStart(view);
    return at === null ? null : takenAt(view, at);
  } catch {
    return null; // a file that ends in the middle of what it says
  }
}

// JPEG: segments one after another until the picture begins; Exif is one of them.
function exifStart(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 4 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xffda || marker >> 8 !== 0xff) return null;
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
  }
  return null;
}

function takenAt(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const exif = entries(view, start, start + view.getUint32(start + 4, little), little).get(EXIF_POINTER);
  if (!exif) return null;
  const inside = entries(view, start, start + view.getUint32(exif + 8, little), little);
  const taken = textOf(view, start, inside.get(TAKEN), little);
  const zone = textOf(view, start, inside.get(OFFSET), little);
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(taken);
  if (!parts) return null;
  const local = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}`;
  return withZone(local, /^[+-]\d\d:\d\d$/.test(zone) ? zone : "");
}

// {tag: where its entry begins}
function entries(view, start, at, little) {
  const found = new Map();
  for (let number = view.getUint16(at, little), entry = at + 2; number > 0; number -= 1, entry += 12) found.set(view.getUint16(entry, little), entry);
  return found;
}

function textOf(view, start, entry, little) {
  if (entry === undefined) return "";
  const length = view.getUint32(entry + 4, little);
  const at = length <= 4 ? entry + 8 : start + view.getUint32(entry + 8, little);
  let text = "";
  for (let place = 0; place < Math.min(length, 40); place += 1) text += String.fromCharCode(view.getUint8(at + place));
  return text.replace(/\0.*$/, "");
}

// A camera that does not know its zone means the one it is carried in.
function withZone(local, zone) {
  const moment = new Date(local + zone);
  return Number.isNaN(moment.getTime()) ? null : zone ? local + zone : inZone(moment);
}

/** A moment as ISO in this device's zone. */
export function inZone(moment) {
  const minutes = -moment.getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const shifted = new Date(moment.getTime() + minutes * 60000).toISOString().slice(0, 19);
  return `${shifted}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * Make a photo ready to be kept: {bytes, content}. A picture this browser cannot draw goes as it is.
 *
 * @param {File} file as the camera or the album gave it
 */
export async function ready(file, caption) {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const taken = takenIn(head) || inZone(new Date(file.lastModified || Date.now()));
  const drawn = (await inTurn(() => drawnAside(file))) || (await scaled(file));
  const bytes = new Uint8Array(await (drawn || file).arrayBuffer());
  const seen = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = hex(seen);
  const name = drawn ? `${file.name.replace(/\.[^.]*$/, "") || "照片"}.jpg` : file.name;
  return { bytes, content: { name, caption, sha256, size: bytes.length, taken_at: taken } };
}

let last = Promise.resolve();

/** One photo after another: an album of them, unpacked at once, is more than a tablet holds. */
function inTurn(act) {
  last = last.then(act);
  return last;
}

/** Draw a picture anew in a worker, so that typing goes on; null where this browser cannot. */
function drawnAside(file) {
  if (!window.OffscreenCanvas || !window.Worker) return null;
  return new Promise((done) => {
    const worker = new Worker(new URL("./scaler.js", import.meta.url));
    const end = (drawn) => {
      worker.terminate();
      done(drawn);
    };
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = () => end(null);
    worker.postMessage({ file, side: LONGEST_SIDE, type: TYPE, quality: QUALITY });
  });
}

/** Draw a picture anew on the page itself, at most LONGEST_SIDE wide and high, upright, and with nothing else in it. */
async function scaled(file) {
  const url = URL.createObjectURL(file);
  try {
    const picture = await loaded(url);
    const share = Math.min(1, LONGEST_SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.naturalWidth * share);
    canvas.height = Math.round(picture.naturalHeight * share);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, TYPE, QUALITY));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function loaded(url) {
  return new Promise((done, refuse) => {
    const picture = new Image();
    picture.onload = () => done(picture);
    picture.onerror = refuse;
    picture.src = url;
  });
}
