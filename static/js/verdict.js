// What a file is, told by its bytes alone: nothing of it leaves the device.

import { sha256 } from "./sha256.js";

// As reports/paper/signature.py reads them: a file attached, the signature, the number it is about.
const ATTACHED = /(\/Type\s*\/EmbeddedFile\b[^]{0,600}?\bstream\r?\n)([^]*?)\r?\nendstream/g;
const SIGNATURE = /\/Contents\s*<([0-9A-Fa-f]{200,})>/;
const NUMBER = /\/Reason\s*\((\d{4})(?:-|\\055)(\d{6})\)/; // its hyphen is written in octal digits
const MOST_CERTIFICATES = 60;

async function attached(bytes, text) {
  const whole = text.slice(0, text.lastIndexOf("\nendstream") + 10); // behind it no file ends, however many begin
  const found = Array.from(whole.matchAll(ATTACHED), (match) => {
    const begins = match.index + match[1].length;
    return sha256(bytes.slice(begins, begins + match[2].length));
  });
  return (await Promise.all(found)).join(" ");
}

/** Whether a signature holds a certificate: in DER each begins, like much else, with two long sequences. */
async function isSignedWith(signer, signature) {
  const bytes = Uint8Array.from(signature.match(/../g), (pair) => parseInt(pair, 16));
  const hashes = [];
  for (let i = 0; i + 8 < bytes.length && hashes.length < MOST_CERTIFICATES; i += 1) {
    if (bytes[i] !== 0x30 || bytes[i + 1] !== 0x82 || bytes[i + 4] !== 0x30 || bytes[i + 5] !== 0x82) continue;
    hashes.push(sha256(bytes.slice(i, i + 4 + bytes[i + 2] * 256 + bytes[i + 3])));
  }
  return (await Promise.all(hashes)).includes(signer);
}

/**
 * Says what a file is beside the document a page is about.
 *
 * known: sha256, stamped, attached (hashes with blanks between), signer, number; empty where there is none.
 * Gives [verdict, hash]; the verdicts are those of survey/words/verification.py.
 */
export async function verdict(bytes, known) {
  const hash = await sha256(bytes);
  if (hash === known.sha256) return ["genuine", hash];
  if (hash === known.stamped) return ["stamped", hash];
  const text = new TextDecoder("iso-8859-1").decode(bytes);
  if (!text.slice(0, 1024).includes("%PDF-")) return ["no_pdf", hash];
  const signature = SIGNATURE.exec(text);
  const sameFiles = (await attached(bytes, text)) === known.attached;
  if (!signature) return [sameFiles && known.attached ? "stripped" : "unsigned", hash];
  const about = NUMBER.exec(text);
  if (!(await isSignedWith(known.signer, signature[1]))) return [sameFiles && known.attached ? "changed" : "foreign", hash];
  if (about && `${about[1]}-${about[2]}` !== known.number) return ["other", hash];
  return [sameFiles ? "changed" : "attachment", hash];
}
