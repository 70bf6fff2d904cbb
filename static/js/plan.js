// A plan follows what is asked of it as it is typed.

import { following } from "./following.js";

const form = document.querySelector("[data-plan]");

if (form) {
  const plan = following(form, { live: "plan", statuses: [200, 422], once: ["before"] });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    plan.now();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox]")) plan.now();
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("input:not([type=checkbox])") && !event.isComposing) plan.soon();
  });
}
