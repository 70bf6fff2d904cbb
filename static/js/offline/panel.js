// What a consultant's page says of this device: how much waits, what hinders, and a way out that warns.

import { startWorker } from "./device.js";
import { takeAgain } from "./take.js";
import { ENDED, FULL_DEVICE, GONE, inWords, STRANGER, TROUBLES } from "./words.js";

const LOOK_AGAIN = 3000;

class Panel {
  constructor(place, device) {
    Object.assign(this, { place, device });
    this.state = place.querySelector("[data-device-state]");
    this.way = place.querySelector("[data-device-sign-in]");
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

  async show() {
    const count = await this.device.store.count();
    const waiting = inWords(count);
    const stopped = count.stopped ? `其中 ${count.stopped} 项需要您处理。` : "";
    let words = waiting ? `${this.gone}本机还有 ${waiting}没有送出。${stopped}${this.trouble}` : this.gone + this.trouble;
    const full = this.device.store.loose.length > 0;
    if (full) words = FULL_DEVICE + words;
    this.place.hidden = !words;
    this.place.dataset.waiting = count.answers + count.photos;
    this.place.dataset.tone = full ? "bad" : this.gone || this.trouble || stopped ? "warn" : "note";
    if (this.state.textContent !== words) this.state.textContent = words;
  }
}

/** Send what waits, say how it goes, and see to signing out. */
export async function begin(place, device) {
  const panel = new Panel(place, device);
  for (const form of document.querySelectorAll('form[action$="/sign-out"]')) form.addEventListener("submit", (event) => signOut(event, form, device));
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
