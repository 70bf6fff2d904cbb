// Charts, and the wait for a report. Without script the page says the same in words.

// Long names around the radar take two lines, on a phone more, so that none is cut off.
const broken = (name) => (name.length > 6 ? name.replace(/^(.{2,5}[、与]|.{5})/, "$1\n") : name);
const wide = { radar: { axisName: { formatter: broken } } };
const narrow = {
  radar: {
    radius: "56%",
    axisName: { fontSize: 10, formatter: (name) => name.replace(/(.{4})(?=..)/g, "$1\n") },
  },
};

for (const place of document.querySelectorAll("[data-chart]")) {
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption(JSON.parse(place.dataset.chart));
  chart.setOption(place.clientWidth < 480 ? narrow : wide);
  new ResizeObserver(() => chart.resize()).observe(place);
}

// A link to a number opens the place where the number comes from.
function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", openTarget);
openTarget();

const waiting = document.querySelector("[data-report-state]");
if (waiting) {
  const words = waiting.querySelector("[role=status]");
  let pause = 700;
  const ask = async () => {
    try {
      const answer = await fetch(waiting.dataset.reportState, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const { state, waiting: before } = await answer.json();
        if (state !== "queued" && state !== "working") {
          location.hash = "report";
          location.reload();
          return;
        }
        words.firstChild.textContent = before
          ? `前面还有 ${before} 份报告，请稍候。`
          : "正在生成报告，通常几秒钟。";
      }
    } catch {
      // The network is away for a moment; the next try follows.
    }
    pause = Math.min(pause * 1.3, 5000);
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
}
