// Charts on a page: drawn by ECharts from the option beside them. The table says the same without them.

const PAPER = 640; // px, what a panel leaves of an A4

const places = [...document.querySelectorAll("[data-chart]")];

function draw(place) {
  const { chart: option, height, renderer = "svg" } = place.dataset;
  place.hidden = false;
  const chart = window.echarts.init(place, null, height ? { renderer, height: Number(height) } : { renderer });
  chart.setOption(JSON.parse(option));
  window.addEventListener("resize", () => chart.resize());
  window.addEventListener("beforeprint", () => chart.resize({ width: Math.min(place.clientWidth, PAPER) }));
  window.addEventListener("afterprint", () => chart.resize({ width: "auto" }));
}

if (places.length) {
  const library = Object.assign(document.createElement("script"), { src: places[0].dataset.library });
  library.addEventListener("load", () => places.forEach(draw));
  document.head.append(library);
}
