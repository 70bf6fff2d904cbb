// What a reader touched before the page listened: put back and touched again once it does.

/** What early.js noted in the questions: {input, checked, value} each. */
export function touchedSoFar() {
  const inputs = window.touchedEarly ? window.touchedEarly() : [];
  return inputs.filter((input) => input.closest("[data-question]")).map((input) => ({ input, checked: input.checked, value: input.value }));
}

export function touchAgain(touches) {
  for (const { input, checked, value } of touches) {
    if (input.type === "radio" && !checked) continue; // another of its group was touched after it
    if (input.type === "radio" || input.type === "checkbox") input.checked = checked;
    else if (input.type !== "file") input.value = value;
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  }
}
