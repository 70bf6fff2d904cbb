// What a page says of a file: the hash of its own, and whose it is.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import test from "node:test";

import { computed } from "../../static/js/sha256.js";
import { verdict } from "../../static/js/verdict.js";

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("our own SHA-256 is that of the standard, whatever the length", () => {
  assert.equal(computed(new Uint8Array(0)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(computed(Buffer.from("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const length of [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70001]) {
    const bytes = randomBytes(length);
    assert.equal(computed(bytes), hash(bytes), `${length} bytes`);
  }
});

const CERTIFICATE = Buffer.concat([Buffer.from([0x30, 0x82, 1, 0, 0x30, 0x82, 0, 10]), randomBytes(252)]);
const FILES = Buffer.from("x\x9c answers");

function pdf({ certificate = CERTIFICATE, files = FILES, number = "2026-000007", words = "words" } = {}) {
  const signature = Buffer.concat([Buffer.from([0x30, 0x82, 2, 0, 0x02]), certificate, Buffer.alloc(80)]).toString("hex");
  const before = `%PDF-1.7\n${words}\n<</Type /EmbeddedFile /Length 9>>\nstream\n`;
  return new Uint8Array(Buffer.concat([Buffer.from(before, "latin1"), files, Buffer.from(`\nendstream\n/Reason (${number.replace("-", "\\055")}) /Contents <${signature}>\n`, "latin1")]));
}

const ISSUED = pdf();
const known = { sha256: hash(ISSUED), stamped: hash("stamped"), attached: hash(FILES), signer: hash(CERTIFICATE), number: "2026-000007" };
const said = async (bytes) => (await verdict(bytes, known))[0];

test("a file full of beginnings without an end is judged in one go", async () => {
  const bytes = Buffer.from(`%PDF-1.7\n${"/Type /EmbeddedFile stream\n".repeat(400_000)}`, "latin1");
  assert.equal(await said(bytes), "unsigned");
});

test("each way of not being the document is told apart", async () => {
  assert.deepEqual(await verdict(ISSUED, known), ["genuine", hash(ISSUED)]);
  assert.equal(await said(Buffer.from("stamped")), "stamped");
  assert.equal(await said(pdf({ words: "wordS" })), "changed");
  assert.equal(await said(pdf({ files: Buffer.from("x\x9c other") })), "attachment");
  assert.equal(await said(pdf({ number: "2026-000008" })), "other");
  assert.equal(await said(pdf({ certificate: Buffer.concat([CERTIFICATE.subarray(0, 8), randomBytes(252)]), files: Buffer.from("theirs") })), "foreign");
  assert.equal(await said(Buffer.from("%PDF-1.4 printed again")), "unsigned");
  assert.equal(await said(ISSUED.slice(0, Buffer.from(ISSUED).indexOf("/Reason"))), "stripped");
  assert.equal(await said(Buffer.from("PK a document of another kind")), "no_pdf");
});
