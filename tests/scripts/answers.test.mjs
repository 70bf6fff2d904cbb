// Inputs and wire values: every kind of question there and back.

import assert from "node:assert/strict";
import test from "node:test";

import { open, stored } from "./browser.mjs";

const SECTIONS = ["production", "equipment", "key_figures", "application_facts", "miit_facts"];
const KINDS = ["level", "ratio", "number", "choice", "multiple", "grid"];

async function cardsOf(section) {
  const page = await open(`firm-${section}`);
  return [page, [...page.document.querySelectorAll("[data-question]")]];
}

test("clearing every answer sends none, whatever its kind", async () => {
  const met = new Set();
  for (const section of SECTIONS) {
    const [page, cards] = await cardsOf(section);
    for (const card of cards) {
      met.add(card.dataset.kind);
      page.press("清除答案", card);
    }
    await page.pass(1_000);

    assert.deepEqual(page.server.sent.map(({ value }) => value), cards.map(() => null), section);
  }
  assert.deepEqual([...met].sort(), [...KINDS].sort());
});

test("an answer put back into its inputs is read as it was stored", async () => {
  for (const section of SECTIONS) {
    const [page, cards] = await cardsOf(section);
    for (const { dataset } of cards) {
      const current = { value: stored[dataset.question], remark: "", revision: 7, author: "李会计" };
      page.server.next = [() => conflict(dataset.question, current)];
      page.press("清除答案", page.card(dataset.question));
      await page.pass(0);
      page.press("保留对方的", page.card(dataset.question));
      page.server.sent.length = 0;
      page.fire(page.card(dataset.question).querySelector(".option__input, .form-control"), "change");
      page.leave(dataset.question);
      await page.pass(1_000);

      // Read again it equals what was put in: nothing is left to send.
      assert.deepEqual(page.server.sent, [], `${section} ${dataset.question}`);
    }
  }
});

const conflict = (question, current) => ({
  status: 409, ok: false, headers: new Map(),
  text: async () => JSON.stringify({ status: 409, message: "该题已被修改", request_id: "r", question, current }),
});

test("an answer is described by the words beside its inputs", async () => {
  const page = await open("firm-production");
  const current = { value: 4, remark: "我量过", revision: 7, author: "李会计" };
  page.server.next = [() => conflict("scheduling", current)];

  page.pick("scheduling", 0);
  await page.pass(1_000);

  const [mine, theirs] = [...page.card("scheduling").querySelectorAll(".clash__side p:first-child")].map((p) => p.textContent);
  const words = (level) => page.option("scheduling", level).closest("label").querySelector(".option__words").textContent;
  assert.equal(mine, `0 档 ${words(0)}`);
  assert.equal(theirs, `4 档 ${words(4)}`);
});

test("a box that stands alone empties the others, and they empty it", async () => {
  const page = await open("firm-miit_facts");
  const card = [...page.document.querySelectorAll('[data-kind="multiple"]')].find((one) => one.querySelector("[data-exclusive]"));
  const boxes = [...card.querySelectorAll("input[type=checkbox]")];
  const alone = boxes.find((box) => box.hasAttribute("data-exclusive"));
  const other = boxes.find((box) => !box.hasAttribute("data-exclusive"));

  if (!other.checked) other.click();
  alone.click();
  const afterAlone = boxes.filter((box) => box.checked).length;
  other.click();

  assert.equal(afterAlone, 1);
  assert.equal(alone.checked, false);
});

test("two counts show the percentage they make, cut and never rounded", async () => {
  const page = await open("firm-equipment");
  const percent = () => page.card("numerical_control").querySelector("[data-percent]").textContent;
  const shown = [];

  for (const [part, whole] of [["2", "3"], ["１２", "40"], ["0", "9"], ["5", "4"], ["x", "4"], ["1", "0"]]) {
    page.type("numerical_control", "part", part);
    page.type("numerical_control", "whole", whole);
    shown.push(percent());
  }

  assert.deepEqual(shown, ["= 66.6%", "= 30%", "= 0%", "", "", ""]);
});
