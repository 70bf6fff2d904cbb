// A page of ours in a browser made of parts: jsdom for the document, a clock that only the test
// moves, and a way to the server that the test may cut. The scripts are those the page names.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

import FakeTimers from "@sinonjs/fake-timers";
import { JSDOM, VirtualConsole } from "jsdom";

import { Server } from "./server.mjs";

const STATIC = new URL("../../static/", import.meta.url);
const ORIGIN = "https://survey.test";
const PAGES = process.env.PAGES;
if (!PAGES) throw new Error("Run these tests by: python -m tests.scripts");

const drawn = (name) => JSON.parse(readFileSync(join(PAGES, name), "utf8"));
export const stored = drawn("stored.json");
export const standing = drawn("standing.json");

/** A tab that is opened on one page after another and keeps what it stores, as tabs do. */
export class Tab {
  constructor() {
    this.kept = {};
    this.full = false;
    this.server = new Server();
  }

  /**
   * Open a page and let its scripts run, up to and with `pageshow`.
   *
   * @param {string} name one that tests/scripts/pages.py draws
   * @param {{html?: (html: string) => string, before?: (window: Window) => void}} how what stands
   *   otherwise in the page, and what is otherwise in the window before a script runs;
   *   `early`: what happens on the page before its modules run
   */
  async open(name, { html = (same) => same, before = () => {}, early = () => {} } = {}) {
    const page = new Page(this, html(readFileSync(join(PAGES, `${name}.html`), "utf8")));
    before(page.window);
    page.runEarly();
    early(page);
    await page.run();
    page.window.dispatchEvent(new page.window.Event("DOMContentLoaded"));
    await page.show();
    return page;
  }
}

export async function open(name, how) {
  return new Tab().open(name, how);
}

/** A script of ours by the address a page has for it. */
const source = (url) => readFileSync(new URL(new URL(url, ORIGIN).pathname.replace(/^\/static\/[^/]+\//, ""), STATIC), "utf8");

class Page {
  constructor(tab, html) {
    this.server = tab.server;
    this.left = null; // where the page went
    this.errors = [];
    const console = new VirtualConsole();
    console.on("error", (...said) => this.errors.push(said));
    console.on("jsdomError", (fault) => this.hear(fault));
    this.dom = new JSDOM(html, { url: `${ORIGIN}/page`, runScripts: "outside-only", pretendToBeVisual: true, virtualConsole: console });
    this.window = this.dom.window;
    this.document = this.window.document;
    this.clock = FakeTimers.withGlobal(this.window).install({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    this.window.Request = class { constructor(url, given) { Object.assign(this, given, { url }); } };
    this.window.fetch = (request, given) => this.server.take(request, given);
    this.window.Element.prototype.scrollIntoView = () => {};
    Object.defineProperty(this.window, "sessionStorage", { value: storageOf(tab) });
  }

  // jsdom does not go anywhere; that it was asked to is what a test wants to know.
  hear(fault) {
    if (!/^Not implemented: navigation/.test(fault.message)) this.errors.push([fault.detail || fault]);
    else this.left = true;
  }

  runEarly() {
    for (const script of this.document.querySelectorAll("script[src]:not([type])"))
      vm.runInContext(source(script.getAttribute("src")), this.dom.getInternalVMContext());
  }

  async run() {
    const modules = new Map();
    const load = (url) => {
      if (!modules.has(url)) {
        modules.set(url, new vm.SourceTextModule(source(url), {
          identifier: url,
          context: this.dom.getInternalVMContext(),
          initializeImportMeta: (meta) => { meta.url = url; },
        }));
      }
      return modules.get(url);
    };
    for (const script of this.document.querySelectorAll("script[type=module]")) {
      const module = load(new URL(script.getAttribute("src"), ORIGIN).href);
      await module.link((name, from) => load(new URL(name, from.identifier).href));
      await module.evaluate();
    }
  }

  async show({ persisted = false } = {}) {
    const event = new this.window.Event("pageshow");
    Object.assign(event, { persisted });
    this.window.dispatchEvent(event);
    await this.pass(0);
  }

  /** Let time pass, and everything happen that was waiting for it. */
  async pass(milliseconds) {
    await this.clock.tickAsync(milliseconds);
  }

  card(question) {
    return this.document.querySelector(`#question-${question}`);
  }

  field(question, name) {
    return this.card(question).querySelector(`[name="q_${question}-${name}"]`);
  }

  option(question, value) {
    return this.card(question).querySelector(`.options .option__input[value="${value}"]`);
  }

  /** What stands in the inputs of a question: the values picked, then the text beside. */
  shown(question, text = "remark") {
    const picked = [...this.card(question).querySelectorAll(".options .option__input")].filter((input) => input.checked);
    return [picked.map((input) => input.value).join(), this.field(question, text).value];
  }

  fire(target, type, more = {}) {
    const event = new this.window.Event(type, { bubbles: true, cancelable: true });
    for (const [name, value] of Object.entries(more)) Object.defineProperty(event, name, { value });
    target.dispatchEvent(event);
    return event;
  }

  /** Touch an option, as a finger does. */
  pick(question, value) {
    this.option(question, value).click();
  }

  /** Replace what stands in a text field, as keys do. */
  type(question, name, words) {
    const field = this.field(question, name);
    field.value = words;
    this.fire(field, "input");
  }

  /** Leave a question, as the focus does. */
  leave(question) {
    this.fire(this.card(question), "focusout", { relatedTarget: null });
  }

  press(words, root = this.document) {
    const button = [...root.querySelectorAll("button")].find((one) => one.textContent.includes(words));
    button.click();
  }

  get state() {
    return this.document.querySelector("[data-save-state]").textContent;
  }

  get banner() {
    return this.document.querySelector("[data-banner]").textContent;
  }

  beside(question) {
    return this.card(question).querySelector("[data-state]").textContent;
  }
}

function storageOf(tab) {
  const refuse = () => { if (tab.full) throw new Error("QuotaExceededError"); };
  const methods = {
    getItem: (name) => tab.kept[name] ?? null,
    setItem: (name, value) => { refuse(); tab.kept[name] = String(value); },
    removeItem: (name) => { delete tab.kept[name]; },
    clear: () => { tab.kept = {}; },
  };
  return new Proxy(methods, { ownKeys: () => Object.keys(tab.kept), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) });
}
