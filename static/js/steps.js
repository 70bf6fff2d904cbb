// A step that was opened is in sight, and its first field ready to be filled; whoever is already at
// a field of it stays there.

for (const step of document.querySelectorAll(".step-form")) {
  step.addEventListener("toggle", () => {
    if (!step.open) return;
    if (!step.querySelector(":focus:not(summary)")) {
      step.querySelector("select, textarea, input:not([type=hidden])")?.focus({ preventScroll: true });
    }
    step.scrollIntoView({ block: "nearest" });
  });
}
