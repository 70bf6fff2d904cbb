// What a consultant's page says of this device: how much waits, what hinders, and a way out that warns.

import { startWorker } from "./device.js";
import { inZone } from "./photo.js";
import { packed } from "./parcel.js";
import { takeAgain } from "./take.js";
import { ENDED, FULL_DEVICE, GONE, inWords, STRANGER, TROUBLES } from "./words.js";

const LOOK_AGAIN = 3000;

class Panel {
  constructor(place, device) {
    Object.assign(this, { place, device });
    this.state = place.querySelector("[data-device-state]");
    this.way = place.querySelector("[data-device-sign-in]");
    this.file = place.querySelector("[data-device-file]");
    this.trouble = this.gone = "";
    device.listen((event, entry, detail) => this.hear(event, detail));
  }

  hear(event, detail) {
    const said = { ended: ENDED, stranger: STRANGER, waiting: TROUBLES[detail.trouble] };
    if (event in said) this.trouble = said[event];
    if (event === "gone") this.gone = GONE;
    if (event === "met" || event === "saved") this.trouble = "";
    this.way.hidden = event !== "ended" && (this.way.hidden || !this.trouble);
    if (event !== "moved") this.show();
  }

  sayOfFile(words) {
    this.place.querySelector("[data-device-file-state]").textContent = words;
  }

  async show() {
    const count = await this.device.store.count();
    const waiting = inWords(count);
    const stopped = count.stopped ? `其中 ${count.stopped} 项需要您处理。` : "";
    let words = waiting ? `${this.gone}本机还有 ${waiting}没有送出。${stopped}${this.trouble}` : this.gone + this.trouble;
    const full = this.device.store.loose.length > 0;
    if (this.file) this.file.hidden = !(waiting && (this.trouble || stopped || full));
    if (full) words = FULL_DEVICE + words;
    this.place.hidden = !words;
    this.place.dataset.waiting = count.answers + count.notes + count.photos;
    this.place.dataset.tone = full ? "bad" : this.gone || this.trouble || stopped ? "warn" : "note";
    if (this.state.textContent !== words) this.state.textContent = words;
  }
}

/** The last resort: what waits, locked, in a file for another device of the same person. */
async function saveFile(panel, { store }) {
  const now = new Date();
  const url = URL.createObjectURL(await packed(store, { origin: location.origin, now }));
  const name = `未送出的诊断-${inZone(now).slice(0, 16).replace(/\D/g, "")}.dat`;
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  panel.sayOfFile(`已存成文件“${name}”。在另一台设备上用您的账号登录，打开“我的现场诊断”页底的“递交设备文件”选它；本机照样会送，不会重复。`);
}

/** Send what waits, say how it goes, and see to signing out. */
export async function begin(place, device) {
  const panel = new Panel(place, device);
  for (const form of document.querySelectorAll('form[action$="/sign-out"]')) form.addEventListener("submit", (event) => signOut(event, form, device));
  panel.file?.addEventListener("click", () => saveFile(panel, device).catch(() => panel.sayOfFile("没有存成文件：这台设备的空间不够。")));
  device.begin();
  await panel.show();
  setInterval(() => panel.show().catch(() => {}), LOOK_AGAIN);
  await startWorker();
  if (!document.documentElement.dataset.copy) await takeAgain(device.store, place.dataset.release);
}

async function signOut(event, form, device) {
  event.preventDefault();
  const waiting = inWords(await device.store.count());
  const warning = `还有 ${waiting}没有送出。退出后它们锁在这台设备上，别人打不开；您在这台设备上再次登录后才会送出。确定退出吗？`;
  if (waiting && !window.confirm(warning)) return;
  await device.signOut();
  form.submit();
}
