// The page of questions: what is sent of it and when, what it shows, and how it is left.

import assert from "node:assert/strict";
import test from "node:test";

import { open, Tab } from "./browser.mjs";
import { away, refusal } from "./server.mjs";

const QUESTION = "scheduling";
const OTHER = "exceptions";
const PICKING = 300;
const TYPING = 900;
const PAGE = "firm-production";
const RATIO = ["firm-equipment", "numerical_control"];

const plainButtons = (page) => [...page.document.querySelectorAll("[data-plain-save]")];
const composes = (page, question, name, words) => {
  const field = page.field(question, name);
  page.fire(field, "compositionstart");
  field.value = words;
  page.fire(field, "input", { isComposing: true });
  return field;
};

test("a page that works hides the buttons it does not need", async () => {
  const page = await open(PAGE);

  assert.ok(plainButtons(page).length > 1);
  assert.ok(plainButtons(page).every((button) => button.hidden));
  assert.equal(page.state, "随填随存");
});

test("a picked option is sent at once, words when the keys rest", async () => {
  const page = await open(PAGE);

  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  page.type(OTHER, "remark", "看过");
  await page.pass(PICKING);
  const soon = page.server.sent.length;
  await page.pass(TYPING);

  assert.equal(soon, 1);
  assert.deepEqual(page.server.changes, [
    { question: QUESTION, value: 3, base_revision: 1 },
    { question: OTHER, remark: "看过", base_revision: 1 },
  ]);
});

test("leaving a question sends it without waiting for the keys to rest", async () => {
  const page = await open(PAGE);

  page.type(QUESTION, "remark", "看过");
  page.leave(QUESTION);
  await page.pass(0);

  assert.equal(page.server.sent.length, 1);
});

test("a page that is hidden hands over what was typed", async () => {
  const page = await open(PAGE);
  page.type(QUESTION, "remark", "看过");
  Object.defineProperty(page.document, "hidden", { value: true });

  page.fire(page.document, "visibilitychange");
  await page.pass(0);

  assert.equal(page.server.sent.length, 1);
});

test("what is put back before it was sent is not sent", async () => {
  const page = await open(PAGE);

  page.type(QUESTION, "remark", "看过");
  page.type(QUESTION, "remark", "原来的备注");
  await page.pass(TYPING);

  assert.deepEqual(page.server.sent, []);
});

test("half a ratio waits for its reader, until the question is left", async () => {
  const [name, question] = RATIO;
  const page = await open(name);

  page.type(question, "whole", "");
  await page.pass(5_000);
  const waiting = page.server.sent.length;
  page.leave(question);
  await page.pass(0);

  assert.equal(waiting, 0);
  assert.deepEqual(page.server.sent[0].value, { part: "1", whole: "" });
});

test("clearing an answer sends that there is none", async () => {
  const page = await open(PAGE);

  page.press("清除答案", page.card(QUESTION));
  await page.pass(PICKING);

  assert.equal(page.server.sent[0].value, null);
  assert.equal(page.shown(QUESTION)[0], "");
});

// --- what a browser fills in by itself ---------------------------------------------------------------

test("inputs a browser filled in again show what the server sent, and nothing is sent", async () => {
  const page = await open(PAGE);
  page.option(QUESTION, 4).checked = true;
  page.field(QUESTION, "remark").value = "旧的备注";

  await page.show();
  page.leave(QUESTION);
  await page.pass(TYPING);

  assert.deepEqual(page.shown(QUESTION), ["2", "原来的备注"]);
  assert.deepEqual(page.server.sent, []);
});

test("only what the reader touched is sent, whatever else the inputs hold", async () => {
  const page = await open(PAGE);
  page.option(QUESTION, 4).checked = true;

  page.type(QUESTION, "remark", "补一句");
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, remark: "补一句", base_revision: 1 }]);
});

test("what is touched and typed before the page listens is sent", async () => {
  const page = await open(PAGE, {
    early: (drawn) => {
      drawn.pick(QUESTION, 3);
      drawn.type(QUESTION, "remark", "新系统上周上线");
    },
  });
  await page.pass(TYPING);

  assert.deepEqual(page.shown(QUESTION), ["3", "新系统上周上线"]);
  assert.deepEqual(page.server.changes.map(({ value, remark }) => [value, remark]), [[3, "新系统上周上线"]]);
});

test("what the reader touched before the page was shown stays", async () => {
  const page = await open(PAGE);
  page.pick(QUESTION, 4);
  page.field(QUESTION, "remark").value = "浏览器填的";

  await page.show();

  assert.deepEqual(page.shown(QUESTION), ["4", "原来的备注"]);
});

test("a page woken from a cache is fetched anew, with what it still holds kept", async () => {
  const tab = new Tab();
  const page = await tab.open(PAGE);
  tab.server.always = away;
  page.type(QUESTION, "remark", "没发出的话");
  tab.server.standing = {}; // the server is there again

  await page.show({ persisted: true });
  await page.pass(0);

  assert.equal(page.left, true);
  assert.match(Object.values(tab.kept)[0], /没发出的话/);
});

test("a page woken without a network stays as it is", async () => {
  const page = await open(PAGE);

  await page.show({ persisted: true });
  await page.pass(0);

  assert.equal(page.left, null);
});

test("what was refused without script is sent once its question is touched, on its own revision", async () => {
  const page = await open("firm-refused");

  page.type(QUESTION, "remark", "短了");
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, value: 4, remark: "短了", base_revision: 1 }]);
});

// --- composing ---------------------------------------------------------------------------------------

test("nothing leaves while a word is composed, whatever happens meanwhile", async () => {
  const page = await open(PAGE);
  page.type(QUESTION, "remark", "看");

  composes(page, QUESTION, "remark", "看san'shi");
  await page.pass(60_000);
  page.fire(page.document, "visibilitychange");
  await page.pass(TYPING);

  assert.deepEqual(page.server.sent, []);
  assert.equal(page.state, "正在保存…");
});

test("a composed word is sent when it is one", async () => {
  const page = await open(PAGE);
  const field = composes(page, QUESTION, "remark", "san'shi");

  field.value = "三十";
  page.fire(field, "compositionend");
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, remark: "三十", base_revision: 1 }]);
});

test("other questions are sent while a word is composed", async () => {
  const page = await open(PAGE);
  composes(page, QUESTION, "remark", "san'shi");

  page.pick(OTHER, 1);
  await page.pass(PICKING);

  assert.deepEqual(page.server.sent.map(({ question }) => question), [OTHER]);
});

test("a word left half composed counts as it stands", async () => {
  const page = await open(PAGE);
  composes(page, QUESTION, "remark", "san");

  page.leave(QUESTION);
  await page.pass(0);

  assert.equal(page.server.sent[0].remark, "san");
});

// --- going on ----------------------------------------------------------------------------------------

for (const [name, submitter] of [["that names its button", true], ["that does not", false]])
  test(`going on waits for the last answer, in a browser ${name}`, async () => {
    const page = await open(PAGE);
    let arrive;
    page.server.next = [(change) => new Promise((done) => { arrive = () => done(page.server.acknowledge(change)); })];
    const button = page.document.querySelector("[data-onward]");
    page.pick(QUESTION, 3);

    // jsdom names the button, as newer browsers do.
    const submit = (event) => submitter || Object.defineProperty(event, "submitter", { value: undefined });
    page.window.addEventListener("submit", submit, true);
    button.click();
    await page.pass(1_000);
    const early = page.left;
    arrive();
    await page.pass(100);

    assert.equal(early, null);
    assert.equal(page.left, true);
  });

test("going on stops where something could not be saved", async () => {
  const page = await open(PAGE);
  page.server.always = away;
  page.pick(QUESTION, 3);

  page.document.querySelector("[data-onward]").click();
  await page.pass(10_000);

  assert.equal(page.left, null);
  assert.equal(page.document.activeElement, page.card(QUESTION));
});

test("the window warns before unsaved words are lost, older ones too", async () => {
  const page = await open(PAGE);
  const ask = () => {
    const event = new page.window.Event("beforeunload", { cancelable: true });
    Object.defineProperty(event, "returnValue", { value: "unasked", writable: true });
    page.window.dispatchEvent(event);
    return [event.defaultPrevented, event.returnValue];
  };
  const quiet = ask();

  page.type(QUESTION, "remark", "看过");

  assert.deepEqual(quiet, [false, "unasked"]);
  assert.deepEqual(ask(), [true, ""]);
});

// --- other readers, other states ---------------------------------------------------------------------

test("what another person left in this tab is neither shown nor kept", async () => {
  const tab = new Tab();
  tab.kept["survey:unsaved:999:1"] = JSON.stringify({ [QUESTION]: { next: { value: 4 }, revision: 1 } });

  const page = await tab.open(PAGE);
  await page.pass(TYPING);

  assert.deepEqual(tab.kept, {});
  assert.deepEqual(tab.server.sent, []);
});

test("a sheet locked meanwhile shows what had not arrived, to be copied", async () => {
  const tab = new Tab();
  const probe = await tab.open("firm-locked");
  const { user, assessment } = probe.document.querySelector("[data-locked]").dataset;
  tab.kept[`survey:unsaved:${user}:${assessment}`] = JSON.stringify(
    { [QUESTION]: { sent: { value: 4, remark: "没赶上的话" }, next: null, revision: 1 } });

  const page = await tab.open("firm-locked");

  const left = page.document.querySelector("[data-banner] textarea").value;
  assert.match(left, /4 档/);
  assert.match(left, /没赶上的话/);
});

test("progress counts what is answered, as the server counts it", async () => {
  const page = await open(PAGE);
  const overall = () => Number(page.document.querySelector("[data-overall]").textContent);
  const before = overall();

  page.press("清除答案", page.card(QUESTION));
  await page.pass(PICKING);
  const without = overall();
  page.pick(QUESTION, 1);
  await page.pass(PICKING);

  assert.deepEqual([without, overall()], [before - 1, before]);
});

test("an optional section counts what is given in its own line, and nothing in the whole", async () => {
  const page = await open("firm-miit_facts");
  const count = () => Number(page.document.querySelector('[data-section="miit_facts"] [data-count]').textContent);
  const overall = () => page.document.querySelector("[data-overall]").textContent;
  const before = [count(), overall()];

  page.press("清除答案", page.document.querySelector("[data-question]"));
  await page.pass(PICKING);

  assert.deepEqual([count(), overall()], [before[0] - 1, before[1]]);
});

// --- faults of ours ----------------------------------------------------------------------------------

test("a fault while the page comes to life leaves the plain form", async () => {
  const page = await open(PAGE, { html: (html) => html.replace('<meta name="csrf-token"', '<meta name="gone"') });

  assert.ok(plainButtons(page).every((button) => !button.hidden));
  assert.match(page.banner, /不是网络的问题/);
});

for (const [name, damage] of [
  ["sending", (page) => { page.window.AbortController = undefined; }],
  ["reading the inputs", (page) => Object.defineProperty(page.option(QUESTION, 3), "checked", { get() { throw new Error("gone"); } })],
])
  test(`a fault in ${name} gives the plain form back, and the window still warns`, async () => {
    const page = await open(PAGE);
    damage(page);

    page.fire(page.option(QUESTION, 3), "input");
    page.type(OTHER, "remark", "看过");
    await page.pass(TYPING);
    const asked = page.fire(page.window, "beforeunload");

    assert.ok(plainButtons(page).every((button) => !button.hidden));
    assert.match(page.banner, /不是网络的问题/);
    assert.equal(asked.defaultPrevented, true);
    assert.deepEqual(page.server.sent, []);
  });

for (const [name, gone] of [
  ["the place beside a question", "[data-state]"],
  ["the state of the page", "[data-save-state]"],
  ["the count of a section", "li[data-section] [data-count]"],
  ["the bar of the whole", ".section-aside__wide progress"],
  ["the place for faults", "[data-fault]"],
  ["the place for banners", "[data-banner]"],
])
  for (const when of ["from the first", "later"])
    test(`a page that lacks ${name} ${when} saves on`, async () => {
      const lose = ({ document }) => document.querySelectorAll(gone).forEach((part) => part.remove());
      const page = await open(PAGE, when === "later" ? {} : { before: lose });
      lose(page);

      page.press("清除答案", page.card(OTHER));
      page.pick(QUESTION, 3);
      page.type(QUESTION, "remark", "看过");
      await page.pass(TYPING);
      page.pick(QUESTION, 4);
      await page.pass(PICKING);

      assert.deepEqual(page.server.kept[QUESTION], { value: 4, remark: "看过" });
      assert.equal(page.server.kept[OTHER].value, null);
      assert.deepEqual(page.server.sent.map(({ base_revision }) => base_revision), [1, 1, 2]);
      assert.ok(plainButtons(page).every((button) => button.hidden));
    });

// --- what the last round left ---------------------------------------------------------------------

const AGAIN = "firm-again";
const waiting = (page) => [...page.document.querySelectorAll("[data-waits]")].length;

test("what the last round left is not sent by looking at it", async () => {
  const page = await open(AGAIN);

  page.leave(QUESTION);
  page.fire(page.document, "visibilitychange");
  await page.pass(TYPING);

  assert.ok(waiting(page) > 1);
  assert.deepEqual(page.server.sent, []);
});

test("whoever touches any of it answers the question with all of it", async () => {
  const page = await open(AGAIN);
  const before = waiting(page);

  page.type(QUESTION, "remark", "今年换了系统");
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, value: 2, remark: "今年换了系统", base_revision: 0 }]);
  assert.equal(waiting(page), before - 1);
  assert.equal(page.card(QUESTION).querySelector("[data-last]"), null);
  assert.equal(page.document.querySelector("[data-waiting]").textContent, String(before - 1));
});

test("与上年相同 sends one answer as it stands, and once", async () => {
  const page = await open(AGAIN);

  page.card(QUESTION).querySelector("[data-same]").click();
  await page.pass(TYPING);
  page.type(QUESTION, "remark", "补一句");
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [
    { question: QUESTION, value: 2, remark: "", base_revision: 0 },
    { question: QUESTION, remark: "补一句", base_revision: 1 },
  ]);
});

test("the section is confirmed by the plain form once what was typed has arrived", async () => {
  const page = await open(AGAIN);
  const sent = [];
  page.window.HTMLFormElement.prototype.submit = function submit() { sent.push([...new page.window.FormData(this)]); };

  page.pick(QUESTION, 4);
  page.document.querySelector("[name=go][value=same]").click();
  await page.pass(TYPING);

  assert.equal(page.server.changes[0].value, 4);
  const [form] = sent;
  assert.deepEqual(form.filter(([name]) => name === "go"), [["go", "same"]]);
  assert.deepEqual(form.filter(([name]) => name === `q_${QUESTION}-base`), [[`q_${QUESTION}-base`, "1"]]);
  assert.deepEqual(form.filter(([name]) => name === `q_${QUESTION}-last`), []);
});
