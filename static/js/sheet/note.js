// One note on the page: what its form holds, and the words that are shown of it.

const HOME = "Asia/Shanghai"; // what is typed is the district's time, wherever the device believes to be
const TONES = { serious: "bad", ordinary: "warn", hint: "note" };

/** The district's time to the minute, as a field for date and time holds it. */
export const nowLocal = (moment = new Date()) => moment.toLocaleString("sv-SE", { timeZone: HOME }).slice(0, 16).replace(" ", "T");

export function freshId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const inputsOf = (form) => [...form.querySelectorAll(".note-field input, .note-field select, .note-field textarea")];

/** A hidden field of a form; `item` is a word of every collection. */
export const hidden = (form, name) => form.elements.namedItem(name);

/** {name: what is typed}. */
export const fieldsOf = (form) => Object.fromEntries(inputsOf(form).map(({ name, value }) => [name, value]));

/** Fill a form with a note, under ids of its own. */
export function fill(form, item, fields) {
  hidden(form, "item").value = item;
  for (const input of inputsOf(form)) {
    const label = form.querySelector(`label[for="${input.id}"]`);
    input.id = `edit-${item}-${input.name}`;
    label.htmlFor = input.id;
    input.value = fields[input.name] ?? "";
  }
}

/** A new line of a list, made from the section's pattern. */
export function line(section, item) {
  const pattern = section.querySelector("template[data-line]").content.firstElementChild;
  const made = document.importNode(pattern, true);
  const stand = `new-${section.dataset.kind}`;
  for (const element of [made, ...made.querySelectorAll("*")])
    for (const { name, value } of [...element.attributes])
      if (value.includes(stand)) element.setAttribute(name, value.split(stand).join(item));
  return made;
}

/** Write what a note says, in the words of the form's labels and choices. */
export function setWords(note, form, kind, fields) {
  note.dataset.fields = JSON.stringify(fields);
  const words = note.querySelector("[data-words] dl");
  const { titled } = words.dataset;
  const said = inputsOf(form).map((input) => [input, wordsOf(input, fields[input.name] ?? "")]);
  fillWith(words, said.filter(([{ name }, value]) => value && name !== titled).map(([input, value]) => pair(form, input, value)));
  fillWith(note.querySelector("[data-title]"), titleOf(kind, fields, said.find(([{ name }]) => name === titled)));
  const end = note.querySelector("[data-end]");
  if (!end) return;
  end.hidden = Boolean(fields.ended);
  hidden(end, "began").value = fields.began;
}

function fillWith(element, parts) {
  element.textContent = "";
  element.append(...parts);
}

function wordsOf(input, value) {
  if (input.tagName === "SELECT") return value && [...input.options].find((option) => option.value === value)?.textContent;
  return input.type === "datetime-local" ? value.replace("T", " ") : value;
}

function pair(form, input, value) {
  const made = document.createElement("div");
  const [term, said] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = form.querySelector(`label[for="${input.id}"]`).firstChild.textContent;
  said.className = "prewrap";
  said.textContent = value;
  made.append(term, said);
  return made;
}

function titleOf(kind, fields, titled) {
  if (kind === "stay") return fields.ended ? [] : [chip("还没有结束", "warn")];
  const [, words] = titled;
  return kind === "finding" ? [chip(words, TONES[fields.severity])] : [Object.assign(document.createElement("strong"), { textContent: words })];
}

function chip(words, tone) {
  const made = Object.assign(document.createElement("span"), { className: "status-chip", textContent: words });
  made.dataset.tone = tone;
  return made;
}
