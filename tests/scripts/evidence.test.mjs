// Evidence: what was taken in is listed, what was not is said; nothing in between is believed.

import assert from "node:assert/strict";
import test from "node:test";

import { open } from "./browser.mjs";
import { away, refusal, reply } from "./server.mjs";

const QUESTION = "scheduling";
const PAGE = "firm-production";
const KEPT = { id: 7, name: "现场.jpg", size: "1 kB", url: "/evidence/7", view: "/evidence/7/view", remove: "/evidence/7/delete", thumbnail: "/evidence/7/thumbnail" };

/** A page whose uploads are answered by `upload`, and whose other requests by `ask`. */
async function opened({ upload = () => reply(201, { files: [KEPT] }), ask = away } = {}) {
  const page = await open(PAGE, {
    before: (window) => {
      window.XMLHttpRequest = uploading(upload);
      window.fetch = ask;
    },
  });
  page.choose = async (name, size = 100) => {
    const input = page.card(QUESTION).querySelector("[data-upload]");
    const file = new page.window.File(["x".repeat(Math.min(size, 100))], name);
    Object.defineProperty(file, "size", { value: size });
    Object.defineProperty(input, "files", { value: [file], configurable: true });
    page.fire(input, "change");
    await page.pass(0);
  };
  page.files = () => [...page.card(QUESTION).querySelectorAll("[data-files] li")].map((row) => row.querySelector("bdi, .file-list__name").textContent);
  page.faults = () => page.card(QUESTION).querySelector("[data-upload-fault]").textContent;
  return page;
}

const uploading = (upload) => class {
  constructor() { this.upload = {}; }
  open() {}
  setRequestHeader() {}
  async send() {
    const answer = await Promise.resolve(upload()).catch(() => null);
    if (!answer) return this.onerror();
    Object.assign(this, { status: answer.status, responseText: await answer.text() });
    this.onload();
  }
};

test("a file that was taken in is listed with its picture and counted", async () => {
  const page = await opened();

  await page.choose("现场.jpg");

  assert.deepEqual(page.files(), ["现场.jpg"]);
  assert.equal(page.card(QUESTION).querySelector("[data-file-count]").textContent, "（1 个文件）");
  assert.equal(page.faults(), "");
});

test("a file too large or empty is not sent at all", async () => {
  let sent = 0;
  const page = await opened({ upload: () => { sent += 1; } });
  const said = [];

  for (const size of [10 ** 9, 0]) {
    await page.choose("现场.jpg", size);
    said.push(page.faults());
  }

  assert.equal(sent, 0);
  assert.match(said[0], /超过/);
  assert.match(said[1], /空文件/);
});

for (const [name, upload, words] of [
  ["a network that went", away, /网络不通/],
  ["a refusal", () => refusal(422), /说明 422/],
  ["a portal's page", () => reply(201, "<html>"), /没有接受/],
  ["an empty acknowledgement", () => reply(201, {}), /没有接受/],
  ["a portal that says null", () => reply(200, "null"), /没有接受/],
])
  test(`after ${name} the file is not listed, and the reader is told`, async () => {
    const page = await opened({ upload });

    await page.choose("现场.jpg");

    assert.deepEqual(page.files(), []);
    assert.match(page.faults(), words);
  });

test("a file that is gone leaves the list", async () => {
  const page = await opened({ ask: async () => reply(200, { removed: 7 }) });
  await page.choose("现场.jpg");

  page.press("删除", page.card(QUESTION));
  await page.pass(0);

  assert.deepEqual(page.files(), []);
});

for (const [name, ask, words] of [
  ["the network is away", away, /网络不通/],
  ["a portal answers", async () => reply(200, {}), /没有接受/],
  ["a portal has no such page", async () => reply(404, {}), /没有接受/],
])
  test(`a file stays in the list where ${name}`, async () => {
    const page = await opened({ ask });
    await page.choose("现场.jpg");

    page.press("删除", page.card(QUESTION));
    await page.pass(0);

    assert.deepEqual(page.files(), ["现场.jpg"]);
    assert.match(page.faults(), words);
    assert.equal(page.card(QUESTION).querySelector("[data-remove]").disabled, false);
  });

test("what is dropped on a question is sent", async () => {
  const page = await opened();
  const file = new page.window.File(["x"], "现场.jpg");
  const drop = page.card(QUESTION).querySelector("[data-drop]");

  page.fire(drop, "drop", { dataTransfer: { files: [file], types: ["Files"] } });
  await page.pass(0);

  assert.deepEqual(page.files(), ["现场.jpg"]);
});

test("a fault in listing a file is told beside it, and answers are saved on", async () => {
  const page = await opened({ upload: () => reply(201, { files: [null] }) });

  await page.choose("现场.jpg");

  assert.match(page.faults(), /现场\.jpg.*请刷新页面查看/);
  assert.equal(page.banner, "");
  assert.equal(page.document.querySelector("[data-plain-save]").hidden, true);
});
