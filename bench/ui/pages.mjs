// Pages that draw the host's answers with other means, and those that pan.

const page = (style, script) =>
  `<!doctype html><meta charset="utf-8"><style>body{margin:0}${style}</style><body><script src="/beside/plotly.js"></script><script type="module">${script}</script>`;

const BOX = ".box{width:700px;height:240px;float:left}#one,.large{width:1400px;height:600px;position:relative}";

/** 100,000 points, a second apart, as `x` and `y`. */
const POINTS = `
  const x = Float64Array.from({ length: 100000 }, (_, i) => ${Date.UTC(2026, 0, 1)} + i * 1000);
  const y = x.map((_, i) => 50 + 20 * Math.sin(i / 900) + 5 * Math.sin(i * 1.7));
  const frame = () => new Promise(requestAnimationFrame);
  /** Moves a window of nine tenths, a bit in each frame. */
  const pan = (frames, move) => async () => {
    const from = performance.now();
    for (let k = 1; k <= frames; k++) { await move(x[k * 50], x[90000 + k * 50]); await frame(); }
    return (performance.now() - from) / frames;
  };`;

/** What plotly.js makes of answers. */
const plotly = (site, paths, box) =>
  page(
    BOX,
    `await Promise.all(${JSON.stringify(paths)}.map(async (path) => {
      const box = document.body.appendChild(Object.assign(document.createElement("div"), { className: "${box}" }));
      const { view } = await (await fetch(path, { headers: { "x-porthole-tenant": ${JSON.stringify(site.tenant)} } })).json();
      await Plotly.newPlot(box, view.series.map((s) => ({ x: s.instants, y: s.values, name: s.label, type: "scatter", mode: "lines" })), { xaxis: { type: "date" }, margin: { t: 10 } });
      box.classList.add("plotly-done");
    }));`,
  );

/** Their addresses and texts. */
export function pages(site) {
  return {
    "/beside/plotly-board.html": plotly(site, site.panels, "box"),
    "/beside/plotly-large.html": plotly(site, [site.raw], "large"),
    "/beside/plotly-pan.html": page(
      BOX,
      `${POINTS}
      const box = document.body.appendChild(Object.assign(document.createElement("div"), { id: "one" }));
      await Plotly.newPlot(box, [{ x, y, type: "scatter", mode: "lines" }], { xaxis: { type: "date" } });
      window.pan = pan(10, (from, to) => Plotly.relayout(box, { "xaxis.range": [from, to] }));`,
    ),
    "/beside/plotter-pan.html": page(
      BOX,
      `import { Plotter } from "/beside/plotter.js";
      ${POINTS}
      const box = document.body.appendChild(Object.assign(document.createElement("div"), { id: "one" }));
      const settings = { series: [{ label: "one", color: "#5b9cf5", mark: "line", shown: true }], start: x[0], end: x[99999], utc: true, minimum: null, maximum: null, unit: null, label: null, thresholds: [], stacked: false, grid: "#ffffff0f", dim: "#98a1b0" };
      const plotter = new Plotter(box, settings, x, [y], () => {}, () => {}, () => {});
      window.pan = pan(120, (from, to) => plotter.show([from / 1000, to / 1000]));`,
    ),
  };
}
