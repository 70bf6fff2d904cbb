// A page follows a form that only asks: the same page is fetched, and its live parts are put in place.

const PAUSE = 350; // milliseconds without a key before what is typed is asked for

// live: the part that is busy meanwhile; statuses: those of a page that is shown;
// once: fields that stand in a request, not in the address; shown: what comes after.
export function following(form, { live, statuses = [200], once = [], shown = () => {} }) {
  let asking; // the request under way: a later one ends it
  let pause;

  async function now() {
    clearTimeout(pause);
    const url = address(form);
    asking?.abort();
    asking = new AbortController();
    document.querySelector(`[data-live=${live}]`).setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (answer.redirected || !statuses.includes(answer.status)) throw new Error("not this page");
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      for (const name of once) url.searchParams.delete(name);
      history.replaceState(null, "", url);
      shown();
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url); // the page itself says what is wrong
    }
  }

  function soon() {
    clearTimeout(pause);
    pause = setTimeout(now, PAUSE);
  }

  return { now, soon };
}

function address(form) {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  return url;
}

function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (fresh) put(document.importNode(fresh, true), part);
  }
}

// Where somebody types, lines come and go around the field, which keeps its place and its words.
function put(fresh, part) {
  const here = part.contains(document.activeElement) ? document.activeElement : {};
  const { name, value, selectionStart, selectionEnd } = here;
  part.replaceWith(fresh);
  if (!name) return;
  const same = [...fresh.querySelectorAll("input")].find(
    (one) => one.name === name && (one.type !== "checkbox" || one.value === value),
  );
  same?.focus();
  if (same && same.type === "text") {
    same.value = value;
    same.setSelectionRange(selectionStart, selectionEnd);
  }
}
