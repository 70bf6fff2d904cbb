// Photos of a visit that was taken along: made ready and kept on the device at once, sent when they can be.

import { ready } from "./photo.js";

export class PhotoKeeper {
  static async open(device, visit) {
    const waiting = (await device.store.waiting()).filter((entry) => entry.visit === visit && entry.kind === "photo");
    for (const entry of waiting) entry.why = await device.store.whyStopped(entry);
    return new PhotoKeeper(device, visit, waiting);
  }

  constructor(device, visit, waiting) {
    Object.assign(this, { device, visit, left: waiting });
    this.shown = new Map(); // request → {files, row}
    device.listen((event, entry, detail) => entry && entry.visit === visit && entry.kind === "photo" && this.hear(event, entry, detail));
  }

  fits(file) {
    return file.type.startsWith("image/");
  }

  /** Show in its place what an earlier page left, and room for words beside a photo. */
  prepare(files) {
    files.askForCaption();
    for (const entry of this.left.filter(({ question }) => question === files.question)) {
      this.show(files, entry);
      if (entry.why) this.stopped(entry, entry.why.detail);
    }
  }

  /** Keep a photo; it is listed as waiting from now on. */
  async keep(files, file) {
    const { bytes, content } = await ready(file, files.caption);
    const about = { visit: this.visit, kind: "photo", question: files.question };
    const entry = await this.device.store.add(about, content, { bytes });
    this.show(files, entry);
    this.device.sync.wake();
  }

  show(files, entry) {
    this.shown.set(entry.request, { files, row: files.showWaiting(entry.content.name, "已存本机，等待送出") });
  }

  hear(event, entry, detail) {
    const place = this.shown.get(entry.request);
    if (!place) return;
    if (event === "moved") place.row.say(`已送出 ${Math.floor((100 * detail.received) / detail.size)}%`);
    else if (event === "stopped") this.stopped(entry, detail);
    else if (event === "saved") {
      place.row.remove();
      this.shown.delete(entry.request);
      if (detail.file) place.files.showKept(detail.file);
    }
  }

  /** The server does not take it: its reader decides what becomes of it. */
  stopped(entry, detail) {
    const { row } = this.shown.get(entry.request);
    row.say(`没有送出：${detail.message || "请重新选择照片。"}`);
    row.offer("不要这张", async () => {
      await this.device.store.give([entry.request]);
      row.remove();
    });
    row.offer("再送一次", async () => {
      await this.device.store.release([entry.request]);
      row.clear();
      row.say("已存本机，等待送出");
      this.device.sync.wake();
    });
  }
}
