// A stopwatch beside a field for a time: only the moment it was started is kept, so that it runs on
// through a reload, a crash and a night without power.

import { ofDevice } from "../keeping.js";

const LOOK = 250;

/** 312 → 5:12, over an hour 1:05:12. */
export function inWords(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

class Stopwatch {
  constructor(place, key, storage = ofDevice()) {
    Object.assign(this, { place, key, storage, started: null });
    this.field = place.closest(".field").querySelector("input");
    this.time = place.querySelector("[data-time]");
    this.button = place.querySelector("[data-go]");
    this.words = this.button.querySelector("span");
  }

  begin() {
    this.place.hidden = false;
    this.started = Number(this.read()) || null;
    this.button.addEventListener("click", () => this.press());
    if (this.started) {
      const around = this.place.closest("details");
      if (around) around.open = true; // it runs: it must be seen
    }
    this.show();
  }

  press() {
    if (this.started) this.field.value = inWords(this.seconds);
    this.started = this.started ? null : Date.now();
    this.keep();
    this.show();
  }

  get seconds() {
    return Math.max(1, Math.round((Date.now() - this.started) / 1000));
  }

  show() {
    clearTimeout(this.timer);
    this.place.toggleAttribute("data-running", this.started !== null);
    this.words.textContent = this.started ? "停止，填入用时" : "开始计时";
    this.time.textContent = this.started ? inWords(this.seconds) : this.field.value || "0:00";
    if (this.started) this.timer = setTimeout(() => this.show(), LOOK);
  }

  // A browser that keeps nothing still measures, as long as the page stays.
  read() {
    try {
      return this.storage.getItem(this.key);
    } catch {
      return null;
    }
  }

  keep() {
    try {
      if (this.started) this.storage.setItem(this.key, String(this.started));
      else this.storage.removeItem(this.key);
    } catch {
      // it runs on in this page
    }
  }
}

/** Bring the stopwatch of a form to life; `key`: under which its start is kept. */
export function prepare(place, key) {
  new Stopwatch(place, key).begin();
}
