// Counts what is ticked of a list, and takes it along to other pages of it.

const narrow = window.matchMedia("(max-width: 47.99rem)");
const FEW = 4;

/** Many steps are folded away where they would hide the rows. */
function fold() {
  for (const steps of document.querySelectorAll("[data-steps]")) {
    steps.open = !narrow.matches || steps.querySelectorAll("button").length <= FEW;
  }
}

function watch() {
  const form = document.querySelector("[data-selection]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[type=checkbox][name=chosen]")];
  const elsewhere = [...form.querySelectorAll("input[type=hidden][name=chosen]")];
  const bar = form.querySelector("[data-bar]");
  const count = form.querySelector("[data-count]");
  const none = form.querySelector("[data-none]");
  const kept = form.querySelectorAll("a[data-keeps], a[rel=next], a[rel=prev]");
  const most = Number(form.dataset.most);
  const whole = form.querySelector("[data-whole]");
  const { noun, unit } = bar.dataset;

  function chosen() {
    const here = boxes.filter((box) => box.checked).map((box) => box.value);
    return [...elsewhere.map((field) => field.value), ...here];
  }

  function tell() {
    const ids = chosen();
    const all = whole?.checked;
    const others = elsewhere.length ? `，其中 ${elsewhere.length} ${unit}在别的页` : "";
    bar.dataset.empty = String(!ids.length && !all);
    count.textContent = all ? `已选筛选出的全部 ${whole.dataset.whole} ${unit}` : ids.length > most
      ? `已选 ${ids.length} ${unit}，一次最多 ${most} ${unit}`
      : ids.length ? `已选 ${ids.length} ${unit}${others}` : `勾选${noun}后一起办理`;
    for (const button of bar.querySelectorAll("button")) {
      button.disabled = !all && (!ids.length || ids.length > most);
    }
    if (none) none.hidden = !ids.length;
    for (const link of kept) {
      const url = new URL(link.href);
      url.searchParams.delete("chosen");
      for (const id of ids) url.searchParams.append("chosen", id);
      link.href = url.href;
    }
  }

  form.addEventListener("change", tell);
  form.querySelector("[data-all]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const box of boxes) box.checked = true;
    tell();
  });
  window.addEventListener("pageshow", tell); // after Back the browser has ticked boxes again
  tell();
}

function begin() {
  fold();
  watch();
}

begin();
narrow.addEventListener("change", fold);
document.addEventListener("list", begin); // its rows are others now
