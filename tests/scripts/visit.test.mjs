// The visit's page: one touch a verdict, and the last touch decides.

import assert from "node:assert/strict";
import test from "node:test";

import { open, standing, Tab } from "./browser.mjs";
import { away, refusal } from "./server.mjs";

const QUESTION = "scheduling";
const PICKING = 300;
const TYPING = 900;
const PAGE = "visit-production";

const verdict = (page, value) => page.card(QUESTION).querySelector(`[data-verdict][value="${value}"]`);
const pressed = (page) => [...page.card(QUESTION).querySelectorAll("[data-verdict]")].filter((key) => key.checked).map((key) => key.value).join();
const chip = (page) => page.card(QUESTION).querySelector("[data-verification-words]").textContent;
const need = (page) => page.card(QUESTION).querySelector("[data-need-words]").textContent;

test("confirming sends the firm's own answer with the verdict", async () => {
  const page = await open(PAGE);

  verdict(page, "verified").click();
  await page.pass(PICKING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, value: 2, verification: "verified", base_revision: 1 }]);
});

test("another level sends a change", async () => {
  const page = await open(PAGE);

  verdict(page, "changed").click();
  page.pick(QUESTION, 1);
  await page.pass(PICKING);

  assert.deepEqual(page.server.changes, [{ question: QUESTION, value: 1, verification: "changed", base_revision: 1 }]);
});

test("the last touch decides: a level picked and then confirmed is confirmed", async () => {
  const page = await open(PAGE);

  verdict(page, "changed").click();
  page.pick(QUESTION, 4);
  verdict(page, "verified").click();
  await page.pass(TYPING);

  assert.deepEqual(page.server.sent.map(({ value, verification }) => [value, verification]), [[2, "verified"]]);
  assert.equal(pressed(page), "verified");
});

test("a change by two levels asks for reason and photo at once, then for the photo alone", async () => {
  const page = await open(PAGE);

  verdict(page, "changed").click();
  page.pick(QUESTION, 0);
  const both = need(page);
  page.type(QUESTION, "reason", "排产表是上周的。");
  const photo = need(page);

  assert.match(both, /请写明理由。.*请附照片或文件。/);
  assert.match(photo, /^与企业自评相差两档或以上/);
});

test("a change by one level asks for nothing until the server speaks", async () => {
  const page = await open(PAGE);

  verdict(page, "changed").click();
  page.pick(QUESTION, 1);

  assert.equal(need(page), "");
});

test("what the server still needs is shown once things are quiet", async () => {
  const page = await open(PAGE);
  page.server.standing = {
    done: 1, whole: 9, sections: {}, verifications: { [QUESTION]: "changed" }, needs: { [QUESTION]: ["reason"] },
  };

  verdict(page, "changed").click();
  page.pick(QUESTION, 1);
  await page.pass(2_000);

  assert.equal(need(page), "请写明理由。");
  assert.equal(page.document.querySelector("[data-overall]").textContent, "1");
});

test("an optional section the firm left out has no count, and the others are counted on", async () => {
  const page = await open("visit-left-out");
  const left = [...page.document.querySelectorAll("li[data-section]")].filter((line) => line.textContent.includes("企业未填"));
  const sections = { ...standing.sections, production: { ...standing.sections.production, done: 1 } };
  page.server.standing = { ...standing, done: 1, sections };

  verdict(page, "verified").click();
  await page.pass(2_000);

  const counts = [...page.document.querySelectorAll('li[data-section="production"] [data-count]')].map((count) => count.textContent);
  assert.ok(left.length > 1);
  assert.deepEqual([...new Set(counts)], ["1"]);
  assert.ok(left.every((line) => line.dataset.section in sections && line.textContent.includes("企业未填")));
  assert.deepEqual([page.banner, page.errors], ["", []]);
});

for (const [name, gone] of [
  ["its chip", "[data-verification-chip]"],
  ["the chips it is made from", "[data-chips]"],
  ["the place for what it needs", "[data-need]"],
  ["the count of what is verified", ".section-aside__wide progress"],
])
  test(`a verdict is kept on a page that has lost ${name}`, async () => {
    const page = await open(PAGE);
    page.server.standing = standing;
    page.document.querySelectorAll(gone).forEach((part) => part.remove());

    verdict(page, "not_seen").click();
    page.type(QUESTION, "reason", "仓库锁着。");
    await page.pass(3_000);

    assert.deepEqual(page.server.kept[QUESTION], { value: 2, verification: "not_seen", reason: "仓库锁着。" });
    assert.match(page.state, /^已保存/);
    assert.equal(page.banner, "");
    assert.notDeepEqual(page.errors, []); // the fault is told, where developers look
  });

test("not having seen asks for the reason where it is written", async () => {
  const page = await open(PAGE);

  verdict(page, "not_seen").click();

  assert.match(need(page), /请写明理由/);
  assert.equal(page.document.activeElement, page.field(QUESTION, "reason"));
});

test("a browser's refilled verdict is put back to the stored one", async () => {
  const page = await open(PAGE);
  verdict(page, "not_seen").checked = true;
  page.option(QUESTION, 4).checked = true;
  page.field(QUESTION, "reason").value = "旧的理由";

  await page.show();

  assert.equal(pressed(page), "");
  assert.deepEqual(page.shown(QUESTION, "reason"), ["2", ""]);
  assert.deepEqual(page.server.sent, []);
});

test("a verdict given before the page was shown stays, with the answer it means", async () => {
  const before = ({ document }) => document.querySelector(`#question-${QUESTION} .options [value="1"]`).setAttribute("checked", "");
  const page = await open(PAGE, { before });
  verdict(page, "verified").click();

  await page.show();

  assert.equal(pressed(page), "verified");
  assert.equal(page.shown(QUESTION, "reason")[0], "2");
});

test("what is touched before the page listens is kept, the last touch as the last", async () => {
  const page = await open(PAGE, {
    early: (drawn) => {
      verdict(drawn, "verified").click();
      verdict(drawn, "changed").click();
      drawn.pick(QUESTION, 1);
      drawn.type(QUESTION, "reason", "看板停在上周。");
    },
  });
  await page.pass(TYPING);

  assert.deepEqual(page.server.changes, [
    { question: QUESTION, value: 1, verification: "changed", reason: "看板停在上周。", base_revision: 1 },
  ]);
  assert.equal(pressed(page), "changed");
});

test("two tablets on one answer are shown both verdicts; one's own goes on top of the other", async () => {
  const page = await open(PAGE);
  const current = { value: 2, verification: "verified", reason: "", finding: "看过排产表", revision: 3, author: "另一顾问", remark: "" };
  page.server.next = [() => refusal(409, { question: QUESTION, current })];
  verdict(page, "changed").click();
  page.pick(QUESTION, 3);
  await page.pass(PICKING);
  const clash = page.card(QUESTION).querySelector(".clash").textContent;

  page.press("保留我的", page.card(QUESTION));
  await page.pass(PICKING);

  assert.match(clash, /已确认/);
  assert.match(clash, /已更改/);
  assert.match(clash, /看过排产表/);
  const { value, verification, base_revision } = page.server.sent.at(-1);
  assert.deepEqual([value, verification, base_revision], [3, "changed", 3]);
  assert.equal(page.field(QUESTION, "finding").value, "看过排产表");
});

test("what is given without a network is pressed, kept, and arrives later", async () => {
  const tab = new Tab();
  const page = await tab.open(PAGE);
  tab.server.always = away;
  verdict(page, "not_seen").click();
  page.type(QUESTION, "reason", "仓库锁着。");
  await page.pass(TYPING);

  tab.server.always = (change) => tab.server.acknowledge(change);
  const later = await tab.open(PAGE);
  await later.pass(TYPING);

  assert.equal(pressed(later), "not_seen");
  const arrived = tab.server.sent.slice(-2);
  assert.equal(arrived[0].verification, "not_seen");
  assert.equal(arrived[1].reason, "仓库锁着。");
});

test("a broken page leaves the keys to the plain form", async () => {
  const page = await open(PAGE, { before: (window) => { window.AbortController = undefined; } });
  verdict(page, "verified").click();
  await page.pass(PICKING);

  verdict(page, "changed").click();
  page.pick(QUESTION, 4);
  await page.pass(TYPING);

  assert.equal(page.shown(QUESTION, "reason")[0], "4");
  assert.equal(pressed(page), "changed");
  assert.deepEqual(page.server.sent, []);
});

test("chip and keys follow what the server kept", async () => {
  const page = await open(PAGE);
  page.server.always = (change) => page.server.acknowledge(change, { verification: "verified" });

  verdict(page, "changed").click();
  page.pick(QUESTION, 1);
  await page.pass(PICKING);

  assert.equal(chip(page), "已确认");
  assert.equal(pressed(page), "verified");
});

test("leaving the rest as said waits until every answer has arrived", async () => {
  const page = await open(PAGE);
  const form = page.document.querySelector("form[data-after-answers]");
  let sent = 0;
  form.submit = () => { sent = page.server.sent.length; };

  page.pick(QUESTION, 1);
  form.dispatchEvent(new page.window.Event("submit", { cancelable: true }));
  const early = sent;
  await page.pass(TYPING);

  assert.equal(early, 0);
  assert.equal(sent, 1);
});

test("what may be left as said is counted on, and gone when nothing is", async () => {
  const page = await open(PAGE);
  page.server.standing = { ...standing, rest: { production: 3 } };
  const left = () => page.document.querySelector("[data-rest]");

  verdict(page, "verified").click();
  await page.pass(2_000);
  const counted = left().querySelector("[data-rest-count]").textContent;
  page.server.standing = { ...standing, rest: { production: 0 } };
  verdict(page, "not_seen").click();
  await page.pass(2_000);

  assert.equal(counted, "3");
  assert.equal(left().hidden, true);
});
