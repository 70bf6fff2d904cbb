// A plan follows what is asked of it as it is typed: the same page is fetched, and its parts put in place.

const form = document.querySelector("[data-plan]");
const PAUSE = 350; // milliseconds without a key before the plan is asked for
let asking; // the request under way: a later one ends it
let pause;

function address() {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  return url;
}

async function follow() {
  clearTimeout(pause);
  const url = address();
  asking?.abort();
  asking = new AbortController();
  const plan = document.querySelector("[data-live=plan]");
  plan.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: asking.signal });
    if (answer.redirected || ![200, 422].includes(answer.status)) throw new Error("not the plan");
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    url.searchParams.delete("before");
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url); // the page itself says what is wrong
  }
}

function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!fresh) continue;
    if (part.contains(document.activeElement)) refresh(part, fresh);
    else part.replaceWith(document.importNode(fresh, true));
  }
}

// Somebody types here: lines come and go around the field, which itself stays.
function refresh(part, fresh) {
  const here = document.activeElement;
  const { name, value, selectionStart, selectionEnd } = here;
  const box = document.importNode(fresh, true);
  part.replaceWith(box);
  const same = [...box.querySelectorAll("input")].find(
    (one) => one.name === name && (one.type !== "checkbox" || one.value === value),
  );
  same?.focus();
  if (same && same.type === "text") {
    same.value = value;
    same.setSelectionRange(selectionStart, selectionEnd);
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    follow();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox]")) follow();
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input:not([type=checkbox])") || event.isComposing) return;
    clearTimeout(pause);
    pause = setTimeout(follow, PAUSE);
  });
}
