// What a device keeps is locked with its owner's key: AES-GCM, a fresh nonce each time.

const NAME = "AES-GCM";
const NONCE = 12;

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (letters) => Uint8Array.from(String(letters).match(/../g) || [], (pair) => parseInt(pair, 16));

/** The name of a key: the first bytes of its own fingerprint, which tell nothing of it. */
async function nameOf(raw) {
  const seen = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  return hex(seen.slice(0, 8));
}

/** Make a key that this browser may use and never hand out: {id, key}. `secret`: 32 bytes in base64. */
export async function keyFrom(secret) {
  const raw = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, NAME, false, ["encrypt", "decrypt"]);
  return { id: await nameOf(raw), key };
}

/** Lock bytes with the first of the keys: {key, nonce, bytes}. */
export async function sealBytes([first], bytes) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const locked = await crypto.subtle.encrypt({ name: NAME, iv: nonce }, first.key, bytes);
  return { key: first.id, nonce, bytes: new Uint8Array(locked) };
}

/** Open what `sealBytes` locked; a fault where none of the keys does. */
export async function openBytes(keys, { key, nonce, bytes }) {
  const fitting = keys.find(({ id }) => id === key);
  if (!fitting) throw new Error(`no key ${key}`);
  return new Uint8Array(await crypto.subtle.decrypt({ name: NAME, iv: nonce }, fitting.key, bytes));
}

export const seal = (keys, value) => sealBytes(keys, new TextEncoder().encode(JSON.stringify(value)));

export const open = async (keys, sealed) => JSON.parse(new TextDecoder().decode(await openBytes(keys, sealed)));
