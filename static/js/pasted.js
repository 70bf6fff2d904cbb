// A browser cuts what is pasted at a field's length without a word: it is said how much was left out.

const said = new WeakMap();

document.addEventListener("paste", ({ target: field, clipboardData }) => {
  if (!(field.maxLength > 0) || !clipboardData) return;
  forget(field);
  const pasted = clipboardData.getData("text").replace(/\r\n/g, "\n").length;
  const over = field.value.length - (field.selectionEnd - field.selectionStart) + pasted - field.maxLength;
  if (over > 0) tell(field, `最多 ${field.maxLength} 字，粘贴的内容多出 ${over} 字，多出的没有贴上。`);
});

document.addEventListener("input", ({ target: field }) => {
  if (said.has(field) && field.value.length < field.maxLength) forget(field);
});

function tell(field, words) {
  const line = Object.assign(document.createElement("p"), { className: "field__error", textContent: words });
  line.setAttribute("role", "alert");
  field.after(line);
  said.set(field, line);
}

function forget(field) {
  said.get(field)?.remove();
  said.delete(field);
}
