// Evidence files: chosen, photographed or dropped, sent one by one, listed as they arrive.

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

/** Make every place for evidence under `root` work without leaving the page. */
export function prepare(root, { token, mostBytes, mostSize }) {
  for (const place of root.querySelectorAll("[data-evidence]")) {
    const list = place.querySelector("[data-files]");
    const faults = place.querySelector("[data-upload-fault]");
    place.querySelectorAll("[data-upload]").forEach((input) => {
      input.addEventListener("change", () => {
        const chosen = [...input.files];
        input.value = "";
        sendAll(chosen);
      });
    });
    const drop = place.querySelector("[data-drop]");
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
      sendAll([...event.dataTransfer.files]);
    });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (!button) return;
      event.preventDefault();
      remove(button);
    });

    async function sendAll(files) {
      faults.textContent = "";
      for (const file of files) await send(file);
    }

    async function send(file) {
      if (file.size > mostBytes) return fault(`“${file.name}”超过 ${mostSize}，未上传。请压缩或缩小后重试。`);
      if (!file.size) return fault(`“${file.name}”是空文件，未上传。请检查文件后重新选择。`);
      const waiting = element("li", "file-list__item file-list__item--waiting");
      const bar = element("progress", "progress-bar__track");
      bar.max = 1;
      bar.setAttribute("aria-label", `${file.name} 上传进度`);
      waiting.append(icon("upload"), element("span", "file-list__name", file.name), bar);
      list.append(waiting);
      const { status, body } = await post(place.dataset.evidence, file, (share) => { bar.value = share; });
      waiting.remove();
      if (status !== 201 || !Array.isArray(body.files)) return fault(said(status, body, file.name));
      for (const kept of body.files) {
        list.querySelector(`[data-file="${kept.id}"]`)?.remove();
        list.append(item(kept));
      }
      count();
    }

    function post(url, file, moved) {
      return new Promise((done) => {
        const data = new FormData();
        data.append("files", file, file.name);
        const request = new XMLHttpRequest();
        request.open("POST", url);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", token);
        request.upload.onprogress = (event) => event.lengthComputable && moved(event.loaded / event.total);
        request.onerror = request.onabort = () => done({ status: 0, body: {} });
        request.onload = () => {
          let body = {};
          try { body = JSON.parse(request.responseText) || {}; } catch { /* said() speaks for it */ }
          done({ status: request.status, body });
        };
        request.send(data);
      });
    }

    async function remove(button) {
      faults.textContent = "";
      button.disabled = true;
      const row = button.closest("li");
      const { status, body } = await ask(button.dataset.remove);
      const gone = body.removed === Number(row.dataset.file) || (status === 404 && body.status === 404);
      if (!gone) {
        button.disabled = false;
        return fault(said(status, body, ""));
      }
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (near?.querySelector("[data-remove]") ?? place.querySelector("[data-upload]")).focus();
      count();
    }

    async function ask(url) {
      let status = 0;
      try {
        const response = await fetch(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token } });
        status = response.status;
        return { status, body: (await response.json()) || {} };
      } catch {
        return { status, body: {} };
      }
    }

    function fault(words) {
      const line = element("p", "field__error");
      line.append(icon("bad"), element("span", "", words));
      faults.append(line);
    }

    function count() {
      const told = place.closest("details")?.querySelector("[data-file-count]");
      const files = list.children.length;
      if (told) told.textContent = files ? `（${files} 个文件）` : "";
    }
  }
}

function said(status, body, name) {
  if (body.message) return body.message;
  const what = name ? `“${name}”未上传：` : "没有完成：";
  if (status === 0) return `${what}网络不通。请检查网络后重试。`;
  if (status === 413) return `${what}文件太大。请压缩或缩小后重试。`;
  return `${what}服务器没有接受。请稍后重试。`;
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
  link.href = file.url;
  link.setAttribute("download", "");
  link.append(element("bdi", "", file.name));
  const button = element("button", "btn btn-sm btn-outline-danger");
  button.type = "button";
  button.dataset.remove = file.remove;
  button.setAttribute("aria-label", `删除 ${file.name}`);
  button.append(icon("trash"), "删除");
  row.append(link, element("span", "file-list__size", file.size), button);
  return row;
}
