// Evidence files: chosen, photographed or dropped, sent one by one, listed as they arrive.

import { refusal, remove, send } from "./upload.js";

const icon = (name) => {
  const any = document.querySelector("use")?.getAttribute("href") ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", any.replace(/#.*$/, `#${name}`));
  svg.append(use);
  return svg;
};

function element(tag, className, words = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}

/**
 * Make every place for evidence under `root` work without leaving the page. `limits`: {mostBytes, mostSize}.
 * `keeper`: takes photos that this device keeps until they can be sent (offline/keeper.js), or null.
 */
export function prepare(root, token, limits, keeper = null) {
  for (const place of root.querySelectorAll("[data-evidence]")) {
    const files = new Files(place, token, limits, keeper);
    files.listen();
    if (keeper) keeper.prepare(files);
  }
}

/** The files behind one answer. */
class Files {
  constructor(element, token, limits, keeper) {
    Object.assign(this, { element, token, limits, keeper });
    this.question = element.closest("[data-question]")?.dataset.question;
    this.list = element.querySelector("[data-files]");
    this.faults = element.querySelector("[data-upload-fault]");
    this.drop = element.querySelector("[data-drop]");
  }

  listen() {
    this.element.querySelectorAll("[data-upload]").forEach((input) => {
      input.addEventListener("change", () => {
        const chosen = [...input.files];
        input.value = "";
        this.sendAll(chosen);
      });
    });
    this.listenToDrops();
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (!button) return;
      event.preventDefault();
      this.remove(button);
    });
  }

  listenToDrops() {
    const { drop } = this;
    for (const type of ["dragover", "dragenter"])
      drop.addEventListener(type, (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        drop.dataset.over = "";
      });
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => delete drop.dataset.over);
    drop.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.sendAll([...event.dataTransfer.files]);
    });
  }

  // A fault of ours stops one file, never the answers; whether that file arrived only the next page knows.
  async sendAll(files) {
    this.faults.textContent = "";
    for (const file of files)
      try {
        await this.send(file);
      } catch (fault) {
        console.error(fault);
        this.say(`“${file.name}”可能没有上传：本页出了故障。请刷新页面查看。`);
      }
  }

  async send(file) {
    const { mostBytes, mostSize } = this.limits;
    if (file.size > mostBytes) return this.say(`“${file.name}”超过 ${mostSize}，未上传。请压缩或缩小后重试。`);
    if (!file.size) return this.say(`“${file.name}”是空文件，未上传。请检查文件后重新选择。`);
    if (this.keeper && this.keeper.fits(file)) return this.keeper.keep(this, file);
    const [waiting, bar] = waitingFor(file);
    this.list.append(waiting);
    const answer = await send(this.element.dataset.evidence, this.token, file, (share) => { bar.value = share; });
    waiting.remove();
    if (answer.status !== 201 || !Array.isArray(answer.body.files)) return this.say(refusal(answer, file.name));
    for (const kept of answer.body.files) this.showKept(kept);
  }

  showKept(kept) {
    this.list.querySelector(`[data-file="${kept.id}"]`)?.remove();
    this.list.append(item(kept));
    this.count();
  }

  /** List a photo that waits on this device. */
  showWaiting(name, words) {
    const row = new WaitingRow(name, words);
    this.list.append(row.element);
    return row;
  }

  get caption() {
    return this.captionField ? this.captionField.value.trim() : "";
  }

  /** A photo's words are asked for before it is taken: afterwards it is on its way. */
  askForCaption() {
    const label = element("label", "field__label", "照片说明（可不填，写在拍照之前）");
    this.captionField = element("input", "form-control");
    Object.assign(this.captionField, { type: "text", maxLength: 200, id: `caption-${this.question}` });
    label.htmlFor = this.captionField.id;
    // Words of a photo are no answer: the question's own listeners do not hear of them.
    for (const type of ["input", "change"]) this.captionField.addEventListener(type, (event) => event.stopPropagation());
    this.drop.before(label, this.captionField);
  }

  async remove(button) {
    this.faults.textContent = "";
    button.disabled = true;
    const row = button.closest("li");
    const answer = await remove(button.dataset.remove, this.token);
    const { status, body } = answer;
    const gone = body.removed === Number(row.dataset.file) || (status === 404 && body.status === 404);
    if (!gone) {
      button.disabled = false;
      return this.say(refusal(answer, ""));
    }
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (near?.querySelector("[data-remove]") ?? this.element.querySelector("[data-upload]")).focus();
    this.count();
  }

  say(words) {
    const line = element("p", "field__error");
    line.append(icon("bad"), element("span", "", words));
    this.faults.append(line);
  }

  count() {
    const told = this.element.closest("details")?.querySelector("[data-file-count]");
    const files = this.list.children.length;
    if (told) told.textContent = files ? `（${files} 个文件）` : "";
  }
}

function waitingFor(file) {
  const waiting = element("li", "file-list__item file-list__item--waiting");
  const bar = element("progress", "progress-bar__track");
  bar.max = 1;
  bar.setAttribute("aria-label", `${file.name} 上传进度`);
  waiting.append(icon("upload"), element("span", "file-list__name", file.name), bar);
  return [waiting, bar];
}

/** A photo in the list that has not been sent, and what its reader may decide. */
class WaitingRow {
  constructor(name, words) {
    this.element = element("li", "file-list__item file-list__item--waiting");
    this.words = element("span", "file-list__size", words);
    this.element.append(icon("upload"), element("span", "file-list__name", name), this.words);
  }

  say(words) {
    this.words.textContent = words;
  }

  offer(words, act) {
    const button = element("button", "btn btn-sm btn-outline-primary", words);
    button.type = "button";
    button.addEventListener("click", act);
    this.element.append(button);
  }

  clear() {
    this.element.querySelectorAll("button").forEach((button) => button.remove());
  }

  remove() {
    this.element.remove();
  }
}

function scanned(words) {
  if (!words) return [];
  const chip = element("span", "status-chip", words);
  chip.dataset.tone = "warn";
  return [chip];
}

function item(file) {
  const row = element("li", "file-list__item");
  row.dataset.file = file.id;
  if (file.thumbnail) {
    const picture = element("img", "file-list__picture");
    Object.assign(picture, { src: file.thumbnail, alt: "", width: 48, height: 48 });
    row.append(picture);
  } else row.append(icon("file"));
  const link = element("a", "file-list__name");
  Object.assign(link, { href: file.view, target: "_blank" });
  link.append(element("bdi", "", file.name));
  if (file.caption) link.append(`：${file.caption}`);
  const button = element("button", "btn btn-sm btn-outline-danger");
  button.type = "button";
  button.dataset.remove = file.remove;
  button.setAttribute("aria-label", `删除 ${file.name}`);
  button.append(icon("trash"), "删除");
  row.append(link, ...scanned(file.scan), element("span", "file-list__size", file.size), button);
  return row;
}
