// The queue: each change once, in order, through whatever the way to the server does to it.

import assert from "node:assert/strict";
import test from "node:test";

import { open, Tab } from "./browser.mjs";
import { away, never, refusal, reply } from "./server.mjs";

const QUESTION = "scheduling";
const OTHER = "exceptions";
const PICKING = 300;
const PAGE = "firm-production";

test("changes of one question go one after another, each on the revision of the last", async () => {
  const page = await open(PAGE);
  let arrive;
  page.server.next = [(change) => new Promise((done) => { arrive = () => done(page.server.acknowledge(change)); })];

  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  page.pick(QUESTION, 4);
  await page.pass(PICKING);
  assert.equal(page.server.sent.length, 1);
  arrive();
  await page.pass(PICKING);

  assert.deepEqual(page.server.sent.map(({ value, base_revision }) => [value, base_revision]), [[3, 1], [4, 2]]);
});

test("what is changed while another change is on its way is sent once, as it stands last", async () => {
  const page = await open(PAGE);
  let arrive;
  page.server.next = [(change) => new Promise((done) => { arrive = () => done(page.server.acknowledge(change)); })];
  page.pick(QUESTION, 3);
  await page.pass(PICKING);

  for (const level of [0, 1, 4]) {
    page.pick(QUESTION, level);
    await page.pass(PICKING);
  }
  arrive();
  await page.pass(PICKING);

  assert.deepEqual(page.server.sent.map(({ value }) => value), [3, 4]);
});

test("questions do not wait for each other", async () => {
  const page = await open(PAGE);
  page.server.next = [never];

  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  page.pick(OTHER, 1);
  await page.pass(PICKING);

  assert.deepEqual(page.server.sent.map(({ question }) => question), [QUESTION, OTHER]);
  assert.match(page.beside(OTHER), /保存$/);
});

test("every change has a number of its own, and keeps it however often it is sent", async () => {
  const page = await open(PAGE);
  page.server.next = [away, away];

  page.pick(QUESTION, 3);
  await page.pass(10_000);
  page.pick(OTHER, 1);
  await page.pass(PICKING);

  const numbers = page.server.sent.map(({ request_id }) => request_id);
  assert.equal(numbers.length, 4);
  assert.equal(new Set(numbers.slice(0, 3)).size, 1);
  assert.notEqual(numbers[3], numbers[0]);
});

test("a network that is away is asked again, less and less often, and told as the network", async () => {
  const page = await open(PAGE);
  page.server.always = away;

  page.pick(QUESTION, 3);
  const counts = [];
  for (const seconds of [1, 3, 6, 12, 60]) {
    await page.pass(seconds * 1000);
    counts.push(page.server.sent.length);
  }

  assert.match(page.beside(QUESTION), /网络不通/);
  assert.equal(page.state, "未保存，正在重试");
  assert.ok(counts[0] >= 1 && counts[4] <= 9, String(counts));
  assert.deepEqual([...counts].sort((a, b) => a - b), counts);
});

test("a network that comes back is used at once", async () => {
  const page = await open(PAGE);
  page.server.next = [away, away, away, away];
  page.pick(QUESTION, 3);
  await page.pass(12_000);
  const before = page.server.sent.length;
  page.server.next = [];

  page.window.dispatchEvent(new page.window.Event("online"));
  await page.pass(1);

  assert.equal(page.server.sent.length, before + 1);
  assert.equal(page.state, "已保存 10:30");
});

test("a request without an end is given up and sent again", async () => {
  const page = await open(PAGE);
  page.server.next = [never];

  page.pick(QUESTION, 3);
  await page.pass(22_000);

  assert.equal(page.server.sent.length, 2);
  assert.equal(page.state, "已保存 10:30");
});

for (const [name, foreign] of Object.entries({
  "an empty object": () => reply(200, {}),
  "somebody's page": () => reply(200, "<html>请先登录无线网络</html>"),
  "nothing": () => reply(200, ""),
  "null": () => reply(200, "null"),
  "a revision of another request": () => reply(200, { request_id: "other.1", revision: 9, saved: "10:30" }),
  "no revision": ({ request_id }) => reply(200, { request_id, saved: "10:30" }),
  "a conflict of somebody else": () => reply(409, { error: "conflict" }),
  "a refusal of somebody else": () => reply(403, { detail: "blocked" }),
}))
  test(`${name} from something in between is no acknowledgement and no refusal`, async () => {
    const page = await open(PAGE);
    page.server.next = [foreign];

    page.pick(QUESTION, 3);
    await page.pass(PICKING);
    const said = page.beside(QUESTION);
    await page.pass(3_000);

    assert.match(said, /没有收到系统的答复/);
    assert.doesNotMatch(said, /undefined|网络不通/);
    assert.equal(page.server.sent.length, 2);
    assert.equal(page.server.sent[0].request_id, page.server.sent[1].request_id);
    assert.equal(page.state, "已保存 10:30");
  });

for (const status of [429, 500, 502, 503, 504, 507])
  test(`after ${status} the change is sent again`, async () => {
    const page = await open(PAGE);
    page.server.next = [() => refusal(status)];

    page.pick(QUESTION, 3);
    await page.pass(PICKING);
    const said = page.beside(QUESTION);
    await page.pass(3_000);

    assert.equal(said, `说明 ${status}`);
    assert.equal(page.server.sent.length, 2);
  });

test("a server that says when to come back is left alone until then", async () => {
  const page = await open(PAGE);
  page.server.next = [() => reply(503, { status: 503, message: "系统繁忙", request_id: "r" }, { "Retry-After": "30" })];

  page.pick(QUESTION, 3);
  await page.pass(20_000);
  assert.equal(page.server.sent.length, 1);
  await page.pass(20_000);

  assert.equal(page.server.sent.length, 2);
});

test("an answer that is refused says why, and the next try replaces it", async () => {
  const page = await open(PAGE);
  page.server.next = [() => refusal(422, { fields: { remark: "最多 2000 字。" } })];

  page.type(QUESTION, "remark", "长");
  await page.pass(1_000);
  const fault = page.card(QUESTION).querySelector(`#question-${QUESTION}-remark-fault`).textContent;
  page.type(QUESTION, "remark", "短");
  await page.pass(1_000);

  assert.equal(fault, "最多 2000 字。");
  assert.deepEqual(page.server.sent.map(({ remark }) => remark), ["长", "短"]);
  assert.equal(page.state, "已保存 10:30");
});

test("a session that ended stops everything, keeps it, and leads to the door", async () => {
  const tab = new Tab();
  const page = await tab.open(PAGE);
  page.server.next = [() => refusal(401)];

  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  page.pick(OTHER, 1);
  await page.pass(60_000);

  assert.equal(tab.server.sent.length, 1);
  assert.match(page.banner, /说明 401/);
  assert.match(page.document.querySelector("[data-banner] a").href, /sign-in\?next=/);
  const again = await tab.open(PAGE);
  await again.pass(PICKING);
  assert.deepEqual(tab.server.sent.slice(1).map(({ question, value }) => [question, value]), [[QUESTION, 3], [OTHER, 1]]);
  assert.equal(tab.server.sent[1].request_id, tab.server.sent[0].request_id);
});

test("a sheet that was locked says so and keeps the words in sight", async () => {
  const page = await open(PAGE);
  page.server.next = [() => refusal(409)];

  page.pick(QUESTION, 3);
  await page.pass(PICKING);

  assert.match(page.banner, /没有保存的内容还在页面上/);
  assert.deepEqual(page.shown(QUESTION), ["3", "原来的备注"]);
});

const THEIRS = { value: 0, remark: "我量过", revision: 5, author: "李会计", saved_at: "", verification: null, reason: "", finding: "" };

test("a colleague's answer is shown beside one's own, and one's own can be kept", async () => {
  const page = await open(PAGE);
  page.server.next = [() => refusal(409, { question: QUESTION, current: THEIRS })];
  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  const clash = page.card(QUESTION).querySelector(".clash").textContent;

  page.press("保留我的", page.card(QUESTION));
  await page.pass(PICKING);

  assert.match(clash, /0 档/);
  assert.match(clash, /3 档/);
  assert.match(clash, /我量过/);
  assert.deepEqual(page.server.sent.map(({ value, base_revision }) => [value, base_revision]), [[3, 1], [3, 5]]);
  assert.equal(page.card(QUESTION).querySelector(".clash"), null);
});

test("a colleague's answer can be kept, and is what the next change stands on", async () => {
  const page = await open(PAGE);
  page.server.next = [() => refusal(409, { question: QUESTION, current: THEIRS })];
  page.pick(QUESTION, 3);
  await page.pass(PICKING);

  page.press("保留对方的", page.card(QUESTION));
  const shown = page.shown(QUESTION);
  page.pick(QUESTION, 1);
  await page.pass(PICKING);

  assert.deepEqual(shown, ["0", "我量过"]);
  assert.deepEqual(page.server.changes[1], { question: QUESTION, value: 1, base_revision: 5 });
});

test("other questions are saved while one waits for a decision", async () => {
  const page = await open(PAGE);
  page.server.next = [() => refusal(409, { question: QUESTION, current: THEIRS })];
  page.pick(QUESTION, 3);
  await page.pass(PICKING);

  page.pick(OTHER, 1);
  await page.pass(PICKING);

  assert.match(page.beside(OTHER), /我于 10:30 保存/);
  assert.equal(page.state, "有 1 题未保存");
});

test("what a page left unsaved is sent by the next one, on the revision it was made on", async () => {
  const tab = new Tab();
  const before = await tab.open(PAGE);
  tab.server.always = away;
  before.pick(QUESTION, 4);
  await before.pass(PICKING);
  tab.server.always = () => refusal(409, { question: QUESTION, current: THEIRS });

  const after = await tab.open(PAGE, { html: (html) => html.replace(/(data-question="scheduling"[^]*?data-revision=")1"/, '$15"') });
  await after.pass(PICKING);

  assert.equal(tab.server.sent.at(-1).base_revision, 1);
  assert.ok(after.card(QUESTION).querySelector(".clash"));
  assert.deepEqual(after.shown(QUESTION), ["4", "原来的备注"]);
});

test("what had no number yet is sent on the revision it was made on, too", async () => {
  const tab = new Tab();
  const before = await tab.open(PAGE);
  tab.server.next = [() => refusal(401)];
  before.pick(QUESTION, 4);
  await before.pass(PICKING);
  before.pick(OTHER, 4);
  await before.pass(PICKING);
  tab.server.sent.length = 0;

  const after = await tab.open(PAGE, { html: (html) => html.replace(/(data-question="exceptions"[^]*?data-revision=")1"/, '$18"') });
  await after.pass(PICKING);

  assert.deepEqual(tab.server.changes[1], { question: OTHER, value: 4, base_revision: 1 });
});

test("a change that had arrived gives way to what somebody stored on top of it", async () => {
  const tab = new Tab();
  const before = await tab.open(PAGE);
  tab.server.always = away;
  before.pick(QUESTION, 4);
  await before.pass(PICKING);
  tab.server.always = ({ request_id }) => reply(200, { request_id, revision: 2, saved: "10:30", value: 4 });

  const after = await tab.open(PAGE, { html: (html) => html.replace(/(data-question="scheduling"[^]*?data-revision=")1"/, '$13"') });
  await after.pass(PICKING);
  const shown = after.shown(QUESTION);
  after.pick(QUESTION, 0);
  await after.pass(PICKING);

  assert.deepEqual(shown, ["2", "原来的备注"]);
  assert.equal(tab.server.sent.at(-1).base_revision, 3);
});

test("a duplicated tab sends what its twin sent, under the same number", async () => {
  const first = new Tab();
  const page = await first.open(PAGE);
  first.server.always = away;
  page.pick(QUESTION, 4);
  await page.pass(PICKING);

  const twin = new Tab();
  twin.kept = { ...first.kept };
  const copy = await twin.open(PAGE);
  await copy.pass(PICKING);

  assert.equal(twin.server.sent[0].request_id, first.server.sent[0].request_id);
});

test("a device that cannot store what has not arrived says so until it has", async () => {
  const tab = new Tab();
  const page = await tab.open(PAGE);
  tab.full = true;
  tab.server.always = away;

  page.pick(QUESTION, 3);
  await page.pass(2_000);
  const warned = page.banner;
  tab.server.always = (change) => tab.server.acknowledge(change);
  await page.pass(60_000);

  assert.match(warned, /本机存不下/);
  assert.equal(page.banner, "");
  assert.equal(page.state, "已保存 10:30");
});

test("signing out sends nothing more and leaves nothing behind", async () => {
  const tab = new Tab();
  const page = await tab.open(PAGE);
  tab.server.always = away;
  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  const before = tab.server.sent.length;

  page.fire(page.document.querySelector('form[action$="/sign-out"]'), "submit");
  page.pick(OTHER, 1);
  await page.pass(60_000);

  assert.equal(tab.server.sent.length, before);
  assert.deepEqual(tab.kept, {});
});

for (const [name, spoil] of Object.entries({
  "AbortController is missing": (window) => { window.AbortController = undefined; },
  "Request is missing": (window) => { window.Request = undefined; },
  "fetch is missing": (window) => { window.fetch = undefined; },
  "an answer cannot be read": (window) => { window.fetch = async () => ({ ok: true, status: 200 }); },
}))
  test(`where ${name} the plain form comes back, and nobody blames the network`, async () => {
    const page = await open(PAGE, { before: spoil });

    page.pick(QUESTION, 3);
    await page.pass(60_000);
    const left = page.fire(page.document.querySelector("form.sheet"), "submit");

    assert.match(page.banner, /不是网络的问题/);
    assert.doesNotMatch(page.document.querySelector("main").textContent, /网络不通/);
    assert.ok([...page.document.querySelectorAll("[data-plain-save]")].every((button) => !button.hidden));
    assert.equal(left.defaultPrevented, false);
    assert.equal(page.errors.length, 1);
  });
