// The page of a conclusion is what was rendered, not what a browser fills in again after Back.

const form = document.querySelector("[data-conclusion]");
let touched = false;
form.addEventListener("input", () => { touched = true; });
addEventListener("pageshow", ({ persisted }) => {
  if (touched || form.dataset.putBack) return; // what was typed is its reader's again (typed.js)
  // A page out of its cache is as old as its last sight; one with lines not kept cannot be asked for again.
  if (persisted && form.dataset.conclusion === "kept") return location.reload();
  form.reset();
});
