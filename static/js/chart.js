// Charts on a page: drawn by ECharts from the option beside them. The table says the same without them.

const places = [...document.querySelectorAll("[data-chart]")];

function draw(place) {
  place.hidden = false;
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(JSON.parse(place.dataset.chart));
  window.addEventListener("resize", () => chart.resize());
}

if (places.length) {
  const library = Object.assign(document.createElement("script"), { src: places[0].dataset.library });
  library.addEventListener("load", () => places.forEach(draw));
  document.head.append(library);
}
