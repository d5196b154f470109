// Answers of a dashboard with 20 charts, and the pages that draw the same with other means.
import { createServer } from "node:http";

const START = Date.UTC(2026, 0, 1);
const STEP = 60_000;
const wave = (series, index) => 50 + 20 * Math.sin(index / 40 + series) + 5 * Math.sin(index * 1.7 + series * 3);

const series = Array.from({ length: 5 }, (_, k) => ({
  label: `server-${k + 1}`,
  instants: Array.from({ length: 600 }, (_, i) => START + i * STEP),
  values: Array.from({ length: 600 }, (_, i) => wave(k, i)),
  color: null,
  mark: "line",
  join_within: STEP * 3,
}));
const ids = Array.from({ length: 20 }, (_, k) => `panel-${k + 1}`);

function api(path) {
  if (path === "/auth/me") {
    return { id: "u", email: "reader@example.org", full_name: null, is_admin: false, tenants: [{ id: "bench", name: "Bench", role: "viewer" }], session: { tenant: "bench", expires_at: "2099-01-01T00:00:00Z" } };
  }
  if (path === "/dashboards") return { dashboards: [{ name: "default", title: "Twenty charts", description: null }] };
  if (path === "/dashboards/default") {
    const panels = ids.map((id, k) => ({
      id,
      type: "timeseries",
      title: id,
      description: null,
      position: { row: 1 + Math.floor(k / 2) * 2, col: 1 + (k % 2) * 6, width: 6, height: 2 },
      refresh_interval: 300,
      drill_down: { enabled: true, show_table: true, disable_aggregation: false },
    }));
    return { name: "default", title: "Twenty charts", description: null, refresh_interval: 300, columns: 12, default_range: null, panels };
  }
  const id = /^\/panels\/([^/]+)\/data$/.exec(path)?.[1];
  if (!id) return null;
  return {
    panel: id,
    type: "timeseries",
    title: id,
    range: { start: new Date(START).toISOString(), end: new Date(START + 600 * STEP).toISOString() },
    aggregation: { bucket_seconds: 60, function: "avg" },
    generated_at: new Date().toISOString(),
    cache: "miss",
    refresh_interval: 300,
    view: { kind: "chart", series, y_axis: { label: null, unit: "%", minimum: null, maximum: null }, thresholds: [], stacked: false },
    usage: { plugin: "timeseries", version: "0.1.0", wall_us: 1, guest_us: 1, memory_bytes: 1, queries: 1, rows: 1, buckets_computed: 0, allowed: { wall_us: 1, guest_us: 1, memory_bytes: 1, queries: 1, rows: 1 } },
  };
}

const page = (script) =>
  `<!doctype html><meta charset="utf-8"><style>body{margin:0}.box{width:700px;height:240px;float:left}#one{width:1400px;height:600px}</style><body><script src="/plotly.js"></script><script type="module">${script}</script>`;

const PAGES = {
  "/plotly-20.html": page(`
    const ids = ${JSON.stringify(ids)};
    await Promise.all(ids.map(async (id) => {
      const box = document.body.appendChild(Object.assign(document.createElement("div"), { className: "box" }));
      const { view } = await (await fetch("/api/v1/panels/" + id + "/data")).json();
      await Plotly.newPlot(box, view.series.map((s) => ({ x: s.instants, y: s.values, name: s.label, type: "scatter", mode: "lines" })), { xaxis: { type: "date" }, margin: { t: 10 } });
      box.classList.add("plotly-done");
    }));`),
  "/plotly-pan.html": page(`
    const box = document.body.appendChild(Object.assign(document.createElement("div"), { id: "one" }));
    const x = Array.from({ length: 100000 }, (_, i) => ${START} + i * 1000);
    await Plotly.newPlot(box, [{ x, y: x.map((_, i) => 50 + 20 * Math.sin(i / 900) + 5 * Math.sin(i * 1.7)), type: "scatter", mode: "lines" }], { xaxis: { type: "date" } });
    const frame = () => new Promise(requestAnimationFrame);
    window.pan = async () => {
      const from = performance.now();
      for (let k = 1; k <= 10; k++) { await Plotly.relayout(box, { "xaxis.range": [x[k * 100], x[90000 + k * 100]] }); await frame(); }
      return (performance.now() - from) / 10;
    };`),
  "/uplot-pan.html": `<!doctype html><meta charset="utf-8"><style>body{margin:0}#one{width:1400px;height:600px;position:relative}</style><body><div id="one"></div><script type="module">
    import { Plotter } from "/plotter.js";
    const x = Float64Array.from({ length: 100000 }, (_, i) => ${START} + i * 1000);
    const y = Float64Array.from({ length: 100000 }, (_, i) => 50 + 20 * Math.sin(i / 900) + 5 * Math.sin(i * 1.7));
    const settings = { series: [{ label: "one", color: "#5b9cf5", mark: "line", shown: true }], start: x[0], end: x[99999], utc: true, minimum: null, maximum: null, unit: null, label: null, thresholds: [], stacked: false, grid: "#ffffff0f", dim: "#98a1b0" };
    const plotter = new Plotter(document.getElementById("one"), JSON.stringify(settings), x, [y], () => {}, () => {}, () => {});
    const frame = () => new Promise(requestAnimationFrame);
    window.pan = async () => {
      const from = performance.now();
      for (let k = 1; k <= 120; k++) { plotter.window = [x[k * 50] / 1000, x[90000 + k * 50] / 1000]; plotter.plot.setScale("x", { min: plotter.window[0], max: plotter.window[1] }); await frame(); }
      return (performance.now() - from) / 120;
    };</script>`,
};

/** Serves on a free port; `files` are served as they are, everything else comes from `asset`. */
export async function serve(files, asset) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const send = (type, content) => response.writeHead(200, { "content-type": type }).end(content);
    try {
      if (files.has(path)) return send(...files.get(path));
      if (PAGES[path]) return send("text/html", PAGES[path]);
      if (path.startsWith("/api/v1/")) {
        const answer = api(path.slice(7));
        // Answers do not come all at once, nor in order.
        if (path.endsWith("/data")) await new Promise((resolve) => setTimeout(resolve, 30 + ((path.length * 37 + path.charCodeAt(path.length - 6) * 13) % 170)));
        return answer ? send("application/json", JSON.stringify(answer)) : response.writeHead(404).end();
      }
      return send(...(await asset(path.startsWith("/assets/") ? path : "index.html")));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
