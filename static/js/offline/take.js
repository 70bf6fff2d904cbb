// 带走这次诊断: all pages of a visit onto this device.

import { askToKeep, deviceOf, startWorker } from "./device.js";
import { unfit } from "./mark.js";
import { UNFIT } from "./words.js";

const FROM_OURS = "X-Request-ID";
const KEPT_HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"];

export class Unreachable extends Error {}

/** Fetch the pages of a visit and keep them; `progress(done, whole)` hears how far it is. */
export async function take(store, visit, about, release, progress = () => {}) {
  const pages = [];
  for (const path of about.paths) {
    progress(pages.length, about.paths.length);
    pages.push(await pageAt(path));
  }
  await store.take(visit, release, { ...about, taken: new Date().toISOString() }, pages);
}

async function pageAt(path) {
  const response = await fetch(path, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (!response || !response.ok || response.redirected || !response.headers.has(FROM_OURS)) throw new Unreachable(path);
  const headers = KEPT_HEADERS.filter((name) => response.headers.has(name)).map((name) => [name, response.headers.get(name)]);
  return { path, html: await response.text(), headers, taken: new Date().toISOString() };
}

/** Take visits again whose pages are of another release, so that its shell may go. */
export async function takeAgain(store, release) {
  for (const { visit, release: held, ...about } of await store.visits())
    if (held !== release) await take(store, visit, about, release).catch(() => {});
}

/** Bring the place on the overview to life; `begin` takes a device that was opened by pressing. */
export async function prepare(place, reader, release, begin) {
  const visit = Number(place.dataset.take);
  const button = place.querySelector("button");
  const say = (words, tone = "note") => {
    const said = place.querySelector("[data-take-state]");
    said.textContent = words;
    said.dataset.tone = tone;
  };
  place.hidden = false;
  const why = unfit();
  if (why) {
    button.hidden = true;
    return say(UNFIT[why], "warn");
  }
  const device = await deviceOf(reader);
  const held = device && (await device.store.visits()).find((one) => one.visit === visit);
  if (held) shown(button, say, held.taken);
  // The pages that lie here are of another sheet by now: the second of a pair keeps one apart.
  if (held && held.sheet !== place.dataset.sheet) await pressed();
  button.addEventListener("click", () => pressed());

  async function pressed() {
    button.disabled = true;
    try {
      const { store } = await freshDevice();
      const about = { title: place.dataset.title, sheet: place.dataset.sheet, paths: JSON.parse(place.dataset.pages) };
      await startWorker();
      await take(store, visit, about, release, (done, whole) => say(`正在带走：${done} / ${whole} 页`));
      shown(button, say, new Date().toISOString(), await askToKeep());
    } catch (fault) {
      say(fault instanceof Unreachable ? "没有带走：网络中断。请在网络好的地方再按一次。" : "没有带走：这台设备存不下，或不允许网页保存内容。", "bad");
    }
    button.disabled = false;
  }

  async function freshDevice() {
    const known = await deviceOf(reader);
    const found = known || (await deviceOf(reader, { anew: true }));
    if (!found) throw new Unreachable("/visits/device");
    if (!known) begin(found);
    return found;
  }
}

function shown(button, say, taken, kept = null) {
  const at = new Date(taken).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  const warning = kept === false ? "浏览器没有答应长期保存：空间紧张时可能清掉本机内容，请当天送出。" : "";
  say(`已带走（${at}）。没有网络时，从书签或地址栏打开本页即可继续。${warning}`, warning ? "warn" : "good");
  button.querySelector("span").textContent = "重新带走";
}
