// Plain forms: pressed once, and what was typed is not lost where its reader has to sign in first.
//
// What is sent is laid down in this tab, under its reader and page. Only if it ended at the door
// (signed-out.js marks it there) does the next page of that reader put it back; any other drops it. A
// page that asks who is there lies between the two and leaves it alone.

const KEY = "survey:typed";
const TWICE = 3000;
const between = document.querySelector("[data-between]") !== null;
const reader = document.querySelector("[data-reader]").dataset.reader;
const pressed = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (Date.now() - (pressed.get(form) || 0) < TWICE) {
    event.preventDefault();
    return;
  }
  pressed.set(form, Date.now());
  if (!form.closest("[data-sheet]")) layDown(form);
});

function layDown(form) {
  if (between || form.querySelector("[type=password]")) return;
  const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
  if (!fields.length) return;
  const typed = { reader, page: location.pathname, action: form.getAttribute("action") || "", fields };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(typed));
  } catch { /* nothing kept, and nothing promised */ }
}

function takeUp() {
  let typed = null;
  try {
    typed = JSON.parse(sessionStorage.getItem(KEY) || "null");
    sessionStorage.removeItem(KEY);
  } catch { /* no storage */ }
  return typed && typed.unsent && typed.reader === reader && typed.page === location.pathname ? typed : null;
}

function putBack({ action, fields }) {
  const form = [...document.forms].find((one) => one.method === "post" && (one.getAttribute("action") || "") === action);
  if (!form) return;
  const left = [...fields]; // those of one name stand in the order of their inputs
  for (const input of form.elements) {
    if (!input.name || input.disabled || input.name === "csrf_token" || input.type === "file" || input.type === "submit") continue;
    if (input.type === "checkbox" || input.type === "radio") {
      input.checked = fields.some(([name, value]) => name === input.name && value === input.value);
      continue;
    }
    const at = left.findIndex(([name]) => name === input.name);
    if (at >= 0) input.value = left.splice(at, 1)[0][1];
  }
  for (let place = form; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  form.prepend(notice());
}

function notice() {
  const box = Object.assign(document.createElement("div"), { className: "notice" });
  box.dataset.tone = "warn";
  box.setAttribute("role", "alert");
  const words = Object.assign(document.createElement("div"), { className: "notice__words" });
  words.append(Object.assign(document.createElement("p"), {
    textContent: "要先确认是您本人，刚才没有保存。您填写的内容已放回下面，请核对后再提交；选过的文件请重新选择。",
  }));
  box.append(words);
  return box;
}

const typed = between ? null : takeUp();
if (typed) putBack(typed);
