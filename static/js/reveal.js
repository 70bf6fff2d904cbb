// Shows what is typed into a password field while its switch is on.

for (const field of document.querySelectorAll("[data-reveal]")) {
  const box = Object.assign(document.createElement("div"), { className: "form-check mt-2" });
  const tick = Object.assign(document.createElement("input"), {
    type: "checkbox", id: `${field.id}-reveal`, className: "form-check-input",
  });
  const words = Object.assign(document.createElement("label"), {
    htmlFor: tick.id, className: "form-check-label", textContent: "显示密码",
  });
  box.append(tick, words);
  field.after(box);
  tick.addEventListener("change", () => { field.type = tick.checked ? "text" : "password"; });
}
