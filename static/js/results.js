// Parts that open where a link leads, paper that shows everything, and the wait for a report.

// A browser of its own opens what hides a target; an older one does not.
function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let part = target; part; part = part.parentElement) {
    if (part instanceof HTMLDetailsElement) part.open = true;
  }
  target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

// Paper shows what is folded, and afterwards the page is as it was.
const folded = () => document.querySelectorAll(".result-page details:not([open])");
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...folded()];
  for (const part of unfolded) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
});

const waiting = document.querySelector("[data-report-state]");
if (waiting) {
  const words = waiting.querySelector("[role=status]");
  const { anchor = "report", making = "正在生成报告，通常不到半分钟。" } = waiting.dataset;
  let pause = 700;
  const ask = async () => {
    try {
      const answer = await fetch(waiting.dataset.reportState, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const { state, waiting: before } = await answer.json();
        if (typeof state === "string" && state !== "queued" && state !== "working") {
          location.hash = anchor;
          location.reload();
          return;
        }
        words.firstChild.textContent = before
          ? `前面还有 ${before} 项要做，请稍候。`
          : making;
      }
    } catch {
      // The network is away for a moment; the next try follows.
    }
    pause = Math.min(pause * 1.3, 5000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}
