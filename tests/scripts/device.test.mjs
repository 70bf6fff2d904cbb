// The device: what it keeps is locked, what waits is sent once and in order, whatever happens on the way.

import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { answerTo, aPhoto, device, freshDatabase, noteOf, ours, photoOf, portal, proxy, refusal, Server, VISIT } from "./device.mjs";

const values = (server, question) => server.history(question).slice(1).map(({ value }) => value);

// Locking is done by other threads: they need a moment of real time.
const pause = () => new Promise((done) => setTimeout(() => done(false), 1));

async function until(act, patience = 500) {
  for (let turn = 0; turn < patience; turn += 1) if (await act()) return;
  assert.fail("it never came to pass");
}

/** Let a device send until nothing waits that is not held. */
async function settle({ sync, store, clock }) {
  sync.wake();
  await until(async () => {
    if (!sync.running && !(await store.next())) return true;
    if (!sync.running && !(await clock.tick())) await sync.wake();
    else await pause();
    return false;
  }, 5000);
}

test("answers go one by one, each on the revision of the one before", async () => {
  const server = new Server();
  const tablet = await device({ server });
  let after = null;
  for (const value of [2, 3, 4]) after = (await tablet.store.add(answerTo("a", 1, after), { value })).request;
  await tablet.store.add(answerTo("b"), { value: 1 });

  await tablet.sync.wake();

  assert.deepEqual(values(server, "a"), [2, 3, 4]);
  assert.deepEqual(values(server, "b"), [1]);
  assert.deepEqual(await tablet.store.count(), { answers: 0, notes: 0, photos: 0, stopped: 0 });
});

test("what waits is there after the browser was closed, and goes under its old number", async () => {
  const server = new Server();
  const tablet = await device({ server, way: () => null });
  const { request } = await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.sync.wake();
  tablet.sync.end();
  await tablet.lease.drop();

  const later = await tablet.again({ way: (act) => act() });
  await later.sync.wake();

  assert.equal(server.history("a")[1].request, request);
  assert.equal((await later.store.count()).answers, 0);
});

test("without a network the next try comes within thirty seconds, and later ones no later", async () => {
  const tablet = await device({ server: new Server(), way: () => null });
  await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.sync.wake();

  for (let tries = 0; tries < 12; tries += 1) {
    assert.ok(tablet.clock.timers[0].at - tablet.clock.now <= 30_000);
    await tablet.clock.tick();
  }
});

for (const [name, answer, trouble] of [
  ["a portal's page", portal, "portal"],
  ["a proxy", proxy, "between"],
  ["a server without room", () => refusal(507), "full"],
  ["a server that is busy", () => refusal(503), "busy"],
  ["a network that went", () => null, "away"],
])
  test(`${name} is recognised, said, and costs nothing`, async () => {
    const server = new Server();
    const tablet = await device({ server });
    await tablet.store.add(answerTo("a"), { value: 3 });
    server.refuse = (url) => (url.endsWith("answers") ? answer() || undefined : null);
    if (trouble === "away") tablet.sync.ask = async (url, what) => (url.endsWith("answers") ? null : server.take(url, what));

    await tablet.sync.wake();
    assert.equal(tablet.told.find(([event]) => event === "waiting")[2].trouble, trouble);
    assert.ok(!tablet.told.some(([event]) => event === "saved"));
    server.refuse = null;
    tablet.sync.ask = (url, what) => server.take(url, what);
    await settle(tablet);

    assert.deepEqual(values(server, "a"), [3]);
  });

test("an answer that names another request acknowledges nothing", async () => {
  const server = new Server();
  const tablet = await device({ server });
  await tablet.store.add(answerTo("a"), { value: 3 });
  tablet.sync.ask = async (url, what) => (url.endsWith("answers") ? { status: 200, wait: 0, foreign: false, body: { request_id: "x", revision: 9 } } : server.take(url, what));

  await tablet.sync.wake();

  assert.equal((await tablet.store.count()).answers, 1);
});

test("an ended session keeps everything and is tried again", async () => {
  const server = new Server();
  const tablet = await device({ server });
  await tablet.store.add(answerTo("a"), { value: 3 });
  server.refuse = () => refusal(401);

  await tablet.sync.wake();
  assert.ok(tablet.told.some(([event]) => event === "ended"));
  server.refuse = null;
  await settle(tablet);

  assert.deepEqual(values(server, "a"), [3]);
});

test("a token that grew old is asked for anew", async () => {
  const server = new Server();
  const tablet = await device({ server });
  await tablet.store.add(answerTo("a"), { value: 3 });
  let refused = 0;
  server.refuse = (url) => (url.endsWith("answers") && refused++ === 0 ? refusal(400) : null);

  await tablet.sync.wake();

  assert.deepEqual(values(server, "a"), [3]);
});

test("nothing is sent while somebody else is signed in", async () => {
  const server = new Server();
  server.reader = 8;
  const tablet = await device({ server });
  await tablet.store.add(answerTo("a"), { value: 3 });

  await tablet.sync.wake();

  assert.ok(tablet.told.some(([event]) => event === "stranger"));
  assert.deepEqual(values(server, "a"), []);
  assert.equal((await tablet.store.count()).answers, 1);
});

test("a conflict holds its own question, keeps both, and lets the others go on", async () => {
  const server = new Server();
  const tablet = await device({ server });
  server.history("a").push({ request: "other", revision: 2, value: 4 });
  const first = await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.store.add(answerTo("a", 1, first.request), { value: 2 });
  await tablet.store.add(answerTo("b"), { value: 1 });

  await tablet.sync.wake();

  const [held, behind] = await tablet.store.waiting();
  const why = await tablet.store.whyStopped(held);
  assert.deepEqual([why.event, why.detail.current.value, held.content.value, behind.content.value], ["conflict", 4, 3, 2]);
  assert.deepEqual(values(server, "b"), [1]);

  await tablet.store.add(answerTo("a", 2), { value: 2 }, { instead: [held.request, behind.request] });
  await tablet.sync.wake();
  assert.deepEqual(values(server, "a"), [4, 2]);
});

test("a refused answer is held with the server's words", async () => {
  const server = new Server();
  const tablet = await device({ server });
  await tablet.store.add(answerTo("a"), { value: 99 });
  server.refuse = (url) => (url.endsWith("answers") ? refusal(422, { fields: { value: "最多 4 档" } }) : null);

  await tablet.sync.wake();

  const [held] = await tablet.store.waiting();
  assert.deepEqual((await tablet.store.whyStopped(held)).detail.fields, { value: "最多 4 档" });
});

test("a visit that was taken away is forgotten at the next contact, other visits are not", async () => {
  const server = new Server();
  server.visits = { 4: "visiting" };
  const tablet = await device({ server });
  await tablet.store.take(VISIT, "r1", { title: "甲厂", taken: "t" }, [{ path: "/visits/3", html: "甲", headers: [] }]);
  await tablet.store.take(4, "r1", { title: "乙厂", taken: "t" }, [{ path: "/visits/4", html: "乙", headers: [] }]);
  await tablet.store.add(answerTo("a"), { value: 3 });

  await tablet.sync.wake();

  assert.deepEqual((await tablet.store.visits()).map(({ visit }) => visit), [4]);
  assert.deepEqual((await tablet.database.getAll("pages")).map(({ path }) => path), ["/visits/4"]);
  assert.equal((await tablet.store.count()).answers, 0);
});

test("a photo goes in parts after all answers and goes on where it was cut", async () => {
  const server = new Server();
  const tablet = await device({ server });
  const { bytes, content } = aPhoto(300_000);
  const { request } = await tablet.store.add(photoOf("a"), content, { bytes });
  await tablet.store.add(answerTo("b"), { value: 1 });
  const asked = [];
  let cut = 0;
  tablet.sync.ask = async (url, what) => {
    asked.push(url);
    if (url.includes("/parts/") && cut++ === 1) return null;
    return server.take(url, what);
  };

  await settle(tablet);

  assert.ok(asked.findIndex((url) => url.endsWith("answers")) < asked.findIndex((url) => url.includes("photos")));
  assert.equal(server.photos.get(request).done, 1);
  assert.equal(asked.filter((url) => url.endsWith("/parts/0")).length, 1);
});

test("a photo that is not taken never holds an answer up", async () => {
  const server = new Server();
  const tablet = await device({ server });
  const { bytes, content } = aPhoto(10);
  await tablet.store.add(photoOf("a"), content, { bytes });
  server.refuse = (url) => (url.endsWith("finish") ? refusal(415) : null);
  await tablet.sync.wake();

  await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.sync.wake();

  assert.deepEqual(values(server, "a"), [3]);
  assert.deepEqual(await tablet.store.count(), { answers: 0, notes: 0, photos: 1, stopped: 1 });
});

test("notes go one by one among the answers, and the photo of a finding after it", async () => {
  const server = new Server();
  const tablet = await device({ server });
  const { bytes, content } = aPhoto(1000);
  await tablet.store.add(photoOf("note.f1"), content, { bytes });
  const first = await tablet.store.add(noteOf("f1"), { kind: "finding", fields: { gap: "甲" } });
  await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.store.add(noteOf("f1", 0, first.request), { kind: "finding", fields: { gap: "乙" } });
  assert.deepEqual(await tablet.store.count(), { answers: 1, notes: 2, photos: 1, stopped: 0 });

  await tablet.sync.wake();

  assert.deepEqual(server.history("note.f1").slice(1).map(({ fields, revision }) => [fields.gap, revision]), [["甲", 1], ["乙", 2]]);
  assert.deepEqual(values(server, "a"), [3]);
  const sent = tablet.told.filter(([event]) => event === "saved").map(([, request]) => request);
  assert.equal(sent.length, 4);
  assert.equal([...server.photos.values()][0].done, 1);
  const row = (await tablet.store.rows(VISIT)).get("note.f1");
  assert.deepEqual([row.revision, row.fields], [2, { kind: "finding", fields: { gap: "乙" } }]);
});

test("a finding that is held keeps its photo with it and nothing else", async () => {
  const server = new Server();
  const tablet = await device({ server });
  server.note({ request_id: "other.1", item: "f1", base_revision: 0, kind: "finding", fields: { gap: "对方" } });
  const [own, other] = [aPhoto(900), aPhoto(800, 2)];
  const held = await tablet.store.add(noteOf("f1"), { kind: "finding", fields: { gap: "我的" } });
  await tablet.store.add(photoOf("note.f1"), own.content, { bytes: own.bytes });
  await tablet.store.add(photoOf("a"), other.content, { bytes: other.bytes });
  await tablet.store.add(noteOf("f2"), { kind: "finding", fields: { gap: "丙" } });

  await tablet.sync.wake();

  assert.deepEqual(await tablet.store.count(), { answers: 0, notes: 1, photos: 1, stopped: 1 });
  const [entry] = (await tablet.store.waiting()).filter(({ request }) => request === held.request);
  assert.equal((await tablet.store.whyStopped(entry)).detail.current.fields.gap, "对方");
  assert.equal(server.history("note.f2").length, 2);
  assert.equal(server.photos.size, 1);
});

test("of two pages one sends", async () => {
  const server = new Server();
  const tablet = await device({ server });
  const twin = await tablet.again();
  await tablet.lease.take();
  await tablet.store.add(answerTo("a"), { value: 3 });

  await twin.sync.wake();
  assert.deepEqual(values(server, "a"), []);
  await tablet.sync.wake();

  assert.deepEqual(values(server, "a"), [3]);
});

test("a page that died holds the others up for seconds, a clock put back for none", async () => {
  const tablet = await device({ server: new Server() });
  await tablet.lease.take();
  const twin = await tablet.again();

  twin.clock.now += 8_001;
  assert.ok(await twin.lease.take());
  const third = await tablet.again();
  third.clock.now -= 86_400_000;
  assert.ok(await third.lease.take());
});

test("what lies on the device shows nothing to whoever looks at the database", async () => {
  const tablet = await device({ server: new Server() });
  await tablet.store.take(VISIT, "r1", { title: "虚构阀门厂", taken: "t" }, [{ path: "/visits/3", html: "<p>虚构阀门厂</p>", headers: [] }]);
  await tablet.store.add(answerTo("a"), { value: 3, remark: "看板没有更新" });

  const names = [...tablet.database.objectStoreNames];
  const all = JSON.stringify(await Promise.all(names.map((name) => tablet.database.getAll(name))), (_, value) =>
    value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) + new TextDecoder().decode(value) : value);

  assert.ok(all.includes("/visits/3"));
  for (const word of ["虚构", "阀门", "看板", "remark"]) assert.ok(!all.includes(word), word);
});

test("another person neither sees nor opens it; the same person finds it again, even after a new secret", async () => {
  const tablet = await device({ server: new Server() });
  await tablet.store.add(answerTo("a"), { value: 3 });
  const secret = Buffer.alloc(32, 2).toString("base64");

  const other = await tablet.again({ reader: 8, secrets: [secret] });
  assert.deepEqual(await other.store.waiting(), []);
  const [record] = await tablet.database.getAll("outbox");
  await assert.rejects(() => other.store.opened(record));

  const later = await tablet.again({ secrets: [secret, Buffer.alloc(32, 1).toString("base64")] });
  assert.deepEqual((await later.store.waiting()).map(({ content }) => content), [{ value: 3 }]);
});

test("what a full device cannot keep is sent from the page, and said to be kept nowhere", async () => {
  const server = new Server();
  const tablet = await device({ server });
  tablet.store.keep = () => Promise.reject(Object.assign(new Error("full"), { name: "QuotaExceededError" }));

  const entry = await tablet.store.add(answerTo("a"), { value: 3 });
  const second = await tablet.store.add(answerTo("a", 1, entry.request), { value: 4 });
  assert.ok(entry.loose && second.loose);
  await tablet.sync.wake();

  assert.deepEqual(values(server, "a"), [3, 4]);
  assert.equal((await tablet.store.count()).answers, 0);
});

// --- handed in as a file ---------------------------------------------------------------------------------

const { packed, handedIn } = await ours("offline/parcel.js");
const HERE = { origin: "https://survey.test", now: new Date(1e12) };

async function aFullTablet(server) {
  const tablet = await device({ server, way: () => null });
  const first = await tablet.store.add(answerTo("a"), { value: 3 });
  await tablet.store.add(answerTo("a", 1, first.request), { value: 4, reason: "看板停在上周" });
  const { bytes, content } = aPhoto(200_000);
  await tablet.store.add(photoOf("a"), content, { bytes });
  return tablet;
}

const twiceOver = async (tablet, file) => [await handedIn(file, tablet.store, HERE.origin), await settle(tablet)][0];

test("a file of what waits, handed in elsewhere and again, and sent by both devices, has one effect", async () => {
  const server = new Server();
  const broken = await aFullTablet(server);
  const file = await packed(broken.store, HERE);
  const other = await device({ database: await freshDatabase(), server });

  assert.deepEqual(await twiceOver(other, file), { answers: 2, photos: 1 });
  assert.deepEqual(await twiceOver(other, file), { answers: 2, photos: 1 });
  const back = await broken.again({ way: (act) => act() });
  back.clock.now += 30_000;
  await settle(back);

  assert.deepEqual(values(server, "a"), [3, 4]);
  assert.deepEqual([...server.photos.values()].map(({ done }) => done), [1]);
  for (const { store } of [other, back]) assert.deepEqual(await store.count(), { answers: 0, notes: 0, photos: 0, stopped: 0 });
});

test("an old file handed in late changes nothing that was said since", async () => {
  const server = new Server();
  const broken = await aFullTablet(server);
  const file = await packed(broken.store, HERE);
  const other = await device({ database: await freshDatabase(), server });
  await twiceOver(other, file);
  await other.store.add(answerTo("a", 3), { value: 1 });
  await settle(other);

  await twiceOver(other, file);

  assert.deepEqual(values(server, "a"), [3, 4, 1]);
  assert.deepEqual((await other.store.rows(VISIT)).get("a").revision, 4);
});

test("a file shows nothing to whoever reads it", async () => {
  const tablet = await aFullTablet(new Server());
  const file = await (await packed(tablet.store, HERE)).text();
  assert.ok(file.includes(HERE.origin));
  for (const word of ["看板", "reason", '"a"', "value"]) assert.ok(!file.includes(word), word);
});

for (const [name, why, given] of [
  ["another person's", "stranger", async () => ({ reader: 8, secrets: [Buffer.alloc(32, 2).toString("base64")] })],
  ["another site's", "elsewhere", async () => ({ secrets: [Buffer.alloc(32, 2).toString("base64")], origin: "https://other.test" })],
  ["one whose key was changed", "changed", async () => ({ secrets: [Buffer.alloc(32, 2).toString("base64")] })],
])
  test(`a file is not taken: ${name}`, async () => {
    const file = await packed((await aFullTablet(new Server())).store, HERE);
    const { origin = HERE.origin, ...whose } = await given();
    const other = await device({ database: await freshDatabase(), server: new Server(), ...whose });

    await assert.rejects(() => handedIn(file, other.store, origin), { why });
    assert.deepEqual(await other.store.waiting(), []);
  });

test("what is no such file, is newer or far too large is not taken", async () => {
  const { store } = await device({ server: new Server() });
  const newer = new Blob([`${JSON.stringify({ kind: "survey-device-file", version: 2 })}\n`]);
  for (const [file, why] of [[new Blob([]), "other"], [new Blob(["%PDF-1.7\n"]), "other"], [new Blob(["null\n"]), "other"], [newer, "newer"], [{ size: 2 ** 31 }, "huge"]])
    await assert.rejects(() => handedIn(file, store, HERE.origin), { why });
});

test("a file cut or changed anywhere is not taken, nor any part of it", async () => {
  const whole = new Uint8Array(await (await packed((await aFullTablet(new Server())).store, HERE)).arrayBuffer());
  const start = whole.indexOf(10) + 1;
  const other = await device({ database: await freshDatabase(), server: new Server() });
  const damaged = fc.oneof(
    fc.nat(whole.length - 1).map((end) => whole.slice(0, end)),
    fc.tuple(fc.integer({ min: start, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([place, change]) => {
      const bytes = whole.slice();
      bytes[place] ^= change;
      return bytes;
    }),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) => new Uint8Array([...whole, ...more])),
  );
  await fc.assert(fc.asyncProperty(damaged, async (bytes) => {
    await assert.rejects(() => handedIn(new Blob([bytes]), other.store, HERE.origin), { name: "Error", why: /other|damaged/ });
    assert.deepEqual(await other.store.waiting(), []);
  }), { numRuns: 60 });
});

// --- whatever may happen, in any order ------------------------------------------------------------------

const QUESTIONS = ["a", "b", "c"];
const doing = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant("answer"), question: fc.constantFrom(...QUESTIONS) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("photo"), size: fc.integer({ min: 1, max: 400_000 }) }) },
  { weight: 3, arbitrary: fc.constant({ act: "time" }) },
  { weight: 2, arbitrary: fc.constant({ act: "crash" }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("clock"), by: fc.constantFrom(-86_400_000, 86_400_000) }) },
);
const fault = fc.constantFrom("good", "good", "good", "lost", "unheard", "twice", "portal", "proxy", "busy", "token");
const RUNS = Number(process.env.DEVICE_RUNS) || 60;

test("any schedule of work, faults and crashes delivers each change once, in its order", async () => {
  const counts = { deliveries: 0 };
  await fc.assert(fc.asyncProperty(fc.array(doing, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fault), async (acts, faults) => {
    await oneSchedule(acts, faults, counts);
  }), { numRuns: RUNS });
  console.log(JSON.stringify(counts));
  assert.ok(counts.deliveries >= RUNS);
});

async function oneSchedule(acts, faults, counts) {
  const server = new Server();
  let lossy = true;
  const way = async (act) => {
    const what = lossy ? faults.next().value : "good";
    counts[what] = (counts[what] || 0) + 1;
    if (what === "lost") return null;
    if (what === "portal") return portal();
    if (what === "proxy") return proxy();
    if (what === "busy") return refusal(503);
    if (what === "token") return refusal(400);
    if (what === "twice") await act();
    const answer = await act();
    return what === "unheard" ? null : answer;
  };
  let tablet = await device({ database: await freshDatabase(), server, way });
  const meant = { a: [], b: [], c: [] };
  const photos = [];
  const last = {};
  for (const { act, question, size, by } of acts) {
    if (act === "answer") {
      const value = meant[question].length;
      last[question] = (await tablet.store.add(answerTo(question, 1, last[question] || null), { value })).request;
      meant[question].push(value);
      tablet.sync.wake();
    } else if (act === "photo") {
      const { bytes, content } = aPhoto(size, photos.length);
      photos.push((await tablet.store.add(photoOf("a"), content, { bytes })).request);
    } else if (act === "time") await tablet.clock.tick();
    else if (act === "clock") tablet.clock.now += by;
    else {
      tablet.sync.end(); // killed: nothing it still hears of may count
      tablet.store.acknowledge = () => new Promise(() => {});
      tablet = await tablet.again();
    }
  }
  for (let tries = 0; tries < 60 && (await tablet.store.next()); tries += 1) {
    await tablet.sync.wake();
    await until(async () => !tablet.sync.running || pause());
    await tablet.clock.tick();
  }
  lossy = false;
  await release(tablet);
  tablet.clock.now += 30_000;
  await settle(tablet);
  for (const question of QUESTIONS) assert.deepEqual(values(server, question), meant[question]);
  for (const request of photos) assert.equal(server.photos.get(request).done, 1);
  assert.deepEqual(await tablet.store.count(), { answers: 0, notes: 0, photos: 0, stopped: 0 });
  counts.deliveries += photos.length + Object.values(meant).flat().length;
}

// A token refused twice in a row is held and said; its reader presses once more.
async function release({ store, sync }) {
  await until(async () => !sync.running || pause());
  await store.release((await store.waiting()).filter(({ stopped }) => stopped).map(({ request }) => request));
}

// --- when a photo was taken -----------------------------------------------------------------------------

const { inZone, takenIn } = await ours("offline/photo.js");

/** The head of a JPEG whose Exif says when it was taken, in either order of bytes. */
function jpegTaken(words, zone, little) {
  const exif = Buffer.alloc(120);
  const write16 = (value, at) => (little ? exif.writeUInt16LE(value, at) : exif.writeUInt16BE(value, at));
  const write32 = (value, at) => (little ? exif.writeUInt32LE(value, at) : exif.writeUInt32BE(value, at));
  const entry = (at, tag, kind, length, value) => { write16(tag, at); write16(kind, at + 2); write32(length, at + 4); write32(value, at + 8); };
  exif.write(little ? "II" : "MM", 0);
  write16(42, 2);
  write32(8, 4);
  write16(1, 8);
  entry(10, 0x8769, 4, 1, 26);
  write16(zone ? 2 : 1, 26);
  entry(28, 0x9003, 2, 20, 60);
  if (zone) entry(40, 0x9011, 2, 7, 90);
  exif.write(`${words}\0`, 60);
  exif.write(`${zone}\0`, 90);
  const segment = Buffer.concat([Buffer.from("Exif\0\0"), exif]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(segment.length + 2, 4);
  return new Uint8Array(Buffer.concat([head, segment, Buffer.from([0xff, 0xda, 0, 2])]));
}

test("the moment a photo was taken is read with the camera's own zone, in either order of bytes", () => {
  for (const little of [true, false]) {
    assert.equal(takenIn(jpegTaken("2026:11:20 09:30:05", "+08:00", little)), "2026-11-20T09:30:05+08:00");
    const local = takenIn(jpegTaken("2026:11:20 09:30:05", "", little));
    assert.equal(new Date(local).getTime(), new Date("2026-11-20T09:30:05").getTime());
    assert.equal(local, inZone(new Date("2026-11-20T09:30:05")));
  }
});

test("a file that says nothing of it, or ends in the middle, has no moment", () => {
  const whole = jpegTaken("2026:11:20 09:30:05", "+08:00", true);
  for (const bytes of [new Uint8Array(), new Uint8Array([0x89, 0x50, 0x4e, 0x47]), whole.slice(0, 60), jpegTaken("0000:00:00 00:00:00", "", true), jpegTaken("明天", "", false)])
    assert.equal(takenIn(bytes), null);
});

test("cut anywhere, the head of a file is read without a fault", () => {
  const whole = jpegTaken("2026:11:20 09:30:05", "+08:00", true);
  fc.assert(fc.property(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (end, changes) => {
    const bytes = whole.slice(0, end);
    for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
    const found = takenIn(bytes);
    assert.ok(found === null || !Number.isNaN(new Date(found).getTime()));
  }));
});
