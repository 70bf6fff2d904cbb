// SHA-256 of a file (FIPS 180-4). Browsers offer theirs on https only, so there is one of our own.

const WORDS = 64;

/** The first 32 bits of the fractional part of a root of the first primes: where the algorithm starts from. */
function roots(count, power) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) prime = prime && n % d !== 0;
    if (prime) found.push(((n ** power % 1) * 2 ** 32) | 0);
  }
  return found;
}

const STATE = roots(8, 1 / 2);
const ROUNDS = roots(WORDS, 1 / 3);
const turned = (x, n) => (x >>> n) | (x << (32 - n));

/** The message with its end mark and length, in whole blocks. */
function padded(bytes) {
  const whole = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, (bytes.length << 3) >>> 0);
  return view;
}

function mix(state, view, offset, w) {
  for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(offset + 4 * i);
  for (let i = 16; i < WORDS; i += 1) {
    const [a, b] = [w[i - 15], w[i - 2]];
    const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
    const s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < WORDS; i += 1) {
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i];
    const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = (state[i] + value) | 0; });
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Our own, where the browser has none to offer. */
export function computed(bytes) {
  const [state, view, w] = [STATE.slice(), padded(bytes), new Int32Array(WORDS)];
  for (let offset = 0; offset < view.byteLength; offset += WORDS) mix(state, view, offset, w);
  return state.map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The SHA-256 of bytes, as 64 letters and digits. */
export async function sha256(bytes) {
  const offered = globalThis.crypto && globalThis.crypto.subtle;
  return offered ? hex(new Uint8Array(await offered.digest("SHA-256", bytes))) : computed(bytes);
}
