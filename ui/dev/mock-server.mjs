// A stand-in for the host while working on the UI: serves ui/dist and invents the API's answers.
//
//   node ui/dev/mock-server.mjs [port]
//
// With API=http://127.0.0.1:8080 the answers come from that host instead, and only the UI's files from here: a change
// of the UI is seen without compiling the host.
//
// Any email and the password "porthole" log in; an email that starts with "guest" is no administrator's. The dashboard
// "states" shows every state a panel can be in, "plugins" those of panels that a tenant brings itself.
import { createServer, request as ask } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { answer as plugins } from "./mock-plugins.mjs";
import { picture as drawn } from "./picture.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const host = process.env.API && new URL(process.env.API);
const port = Number(process.argv[2] ?? 8090);
const MINUTE = 60_000;

const tenants = [
  { id: "tenant-alpha", name: "Alpha Logistics", role: "admin" },
  { id: "tenant-beta", name: "Beta Media", role: "viewer" },
];
const me = (tenant, guest) => ({
  id: "u1",
  email: guest ? "guest@example.com" : "maria.rossi@example.com",
  full_name: guest ? null : "Maria Rossi",
  is_admin: !guest,
  tenants,
  session: { tenant, expires_at: new Date(Date.now() + 8 * 3_600_000).toISOString() },
});

// The same course for the same name and instant, whatever the range.
function seed(text) {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return h >>> 0;
}
function noise(name, step) {
  let x = (seed(name) ^ Math.imul(step | 0, 2654435761)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 3266489917) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}
function level(name, t, base, swing) {
  const day = (t / 86_400_000) * 2 * Math.PI;
  const phase = (seed(name) % 628) / 100;
  return base + swing * Math.sin(day + phase) + swing * 0.35 * Math.sin(day * 5 + phase * 3) + (noise(name, t / MINUTE) - 0.5) * swing * 0.5;
}

const ladder = (length) => {
  const hours = length / 3_600_000;
  return hours <= 8 ? null : hours <= 24 ? 600 : hours <= 96 ? 600 : 3600;
};

function plots(names, { start, end }, base, swing, extra = {}) {
  const bucket = ladder(end - start);
  const step = (bucket ?? 60) * 1000;
  return names.map((name, k) => {
    const instants = [];
    const values = [];
    for (let t = Math.ceil(start / step) * step; t < end; t += step) {
      if (t > Date.now()) break;
      if (extra.hole === name && (t - start) / (end - start) > 0.6 && (t - start) / (end - start) < 0.68) continue;
      instants.push(t);
      values.push(Math.max(0, level(name, t, base - k * swing * 1.1, swing)));
    }
    return { label: name, instants, values, mark: k === 0 && extra.area ? "area" : extra.mark ?? "line", join_within: step * 2.5 };
  });
}

const chart = (series, y_axis, thresholds = [], stacked = false) => ({ kind: "chart", series, y_axis: { label: null, unit: null, minimum: null, maximum: null, ...y_axis }, thresholds, stacked });
const spark = (name, range, base, swing) => {
  const n = 60;
  const step = (range.end - range.start) / n;
  const instants = Array.from({ length: n }, (_, i) => Math.round(range.start + i * step));
  return { instants, values: instants.map((t) => level(name, t, base, swing)) };
};

const messages = [
  ["payments-api", "connect ECONNREFUSED 10.2.0.14:5432 (attempt 4 of 5)", "CRITICAL"],
  ["payments-api", "transaction 8f3a… rolled back: serialization failure", "ERROR"],
  ["search-index", "segment merge exceeded 30 s, throttling writers", "ERROR"],
  ["checkout", "price service answered 502, used cached price", "ERROR"],
  ["mailer", "bounce rate 4.1 % over 15 min", "ERROR"],
  ["catalog", "image resize worker killed: out of memory", "CRITICAL"],
  ["auth", "JWKS refresh failed, keeping 2 keys", "ERROR"],
];

function table(query) {
  let rows = Array.from({ length: 137 }, (_, i) => {
    const [service, message, severity] = messages[i % messages.length];
    return { time: Date.now() - i * 97_000, service, message, severity, ms: Math.round(noise("ms", i) * 40000) / 10 };
  });
  for (const [name, value] of query) {
    const column = /^filter\[(.+)\]$/.exec(name)?.[1];
    if (column) rows = rows.filter((row) => String(row[column]).toLowerCase().includes(value.toLowerCase()));
  }
  const sort = (query.get("sort") ?? "-time").split(",").filter(Boolean).map((k) => ({ column: k.replace(/^-/, ""), descending: k.startsWith("-") }));
  rows.sort((a, b) => {
    for (const { column, descending } of sort) {
      const order = a[column] < b[column] ? -1 : a[column] > b[column] ? 1 : 0;
      if (order) return descending ? -order : order;
    }
    return 0;
  });
  const page = Number(query.get("page") ?? 1);
  const size = Number(query.get("page_size") ?? 10);
  const styles = [
    { value: "CRITICAL", color: "#EF4444", label: null },
    { value: "ERROR", color: "#F59E0B", label: null },
  ];
  return {
    kind: "table",
    columns: [
      { name: "time", title: "Time", format: { as: "datetime" }, sortable: true, filterable: false },
      { name: "service", title: "Service", format: { as: "text" }, sortable: true, filterable: true },
      { name: "message", title: "Error", format: { as: "text" }, sortable: true, filterable: true },
      { name: "ms", title: "Duration", format: { as: "number", decimals: 1 }, sortable: true, filterable: false },
      { name: "severity", title: "Severity", format: { as: "status", styles }, sortable: true, filterable: true },
    ],
    rows: rows.slice((page - 1) * size, page * size).map((r) => [r.time, r.service, r.message, r.ms, r.severity]),
    total: rows.length,
    page,
    page_size: size,
    sort,
  };
}

const item = (name, status, label, color, severity, seconds, message = null) => ({ name, status, label, color, severity, checked_at: Date.now() - seconds * 1000, message });
const good = { value: 0, color: "#10B981", label: "good" };


// type, title, row, col, width, height, description, answer
const boards = {
  default: {
    title: "System health",
    description: "What runs, and how well",
    panels: {
      memory: ["kpi", "Memory used", 1, 1, 3, 1, "Of all servers together", (r) => ({ kind: "metric", value: 71.4, unit: "%", decimals: 1, threshold: { value: 70, color: "#F59E0B", label: "warning" }, trend: { previous: 68.2, change: 3.2 }, sparkline: spark("memory", r, 66, 4) })],
      requests: ["kpi", "Requests per second", 1, 4, 3, 1, null, (r) => ({ kind: "metric", value: 1284, unit: null, decimals: 0, threshold: good, trend: { previous: 1189, change: 95 }, sparkline: spark("req", r, 1200, 160) })],
      errors: ["kpi", "Error rate", 1, 7, 3, 1, null, (r) => ({ kind: "metric", value: 0.42, unit: "%", decimals: 2, threshold: good, trend: { previous: 0.52, change: -0.1 }, sparkline: spark("err", r, 0.5, 0.12) })],
      queue: ["kpi", "Queue depth", 1, 10, 3, 1, null, (r) => ({ kind: "metric", value: 9310, unit: "jobs", decimals: 0, threshold: { value: 5000, color: "#EF4444", label: "critical" }, trend: { previous: 6600, change: 2710 }, sparkline: spark("queue", r, 5200, 1900) })],
      cpu: ["timeseries", "CPU by server", 2, 1, 8, 2, "Utilisation of each server, all cores together", (r) => chart(plots(["edge-01", "edge-02", "core-01", "core-02", "batch-01"], r, 62, 11, { area: true, hole: "core-02" }), { unit: "%", minimum: 0, maximum: 100 }, [{ value: 80, color: "#F59E0B", label: "warning" }])],
      services: ["health_status", "Services", 2, 9, 4, 2, null, () => ({ kind: "statuses", items: [item("payments-api", "down", "Down", "#EF4444", "critical", 12, "connection refused by 10.2.0.14:8443 after 3 tries"), item("search-index", "degraded", "Degraded", "#F59E0B", "warning", 40, "segment merge is behind by 4 min"), ...["checkout", "catalog", "auth", "mailer"].map((n, i) => item(n, "up", "Healthy", "#10B981", "good", 8 + i)), item("legacy-fax", "n/a", "Unknown", "#9CA3AF", "unknown", 90000)] })],
      latency: ["timeseries", "Response time, p95", 4, 1, 6, 2, null, (r) => chart(plots(["api", "web"], r, 180, 40), { unit: "ms", label: "Milliseconds" })],
      traffic: ["timeseries", "Traffic by region", 4, 7, 3, 2, null, (r) => chart(plots(["eu", "us", "ap"], r, 42000, 9000, { mark: "area" }).map((p) => ({ ...p, mark: "area" })), { unit: "req" }, [], true)],
      summary: ["custom_template", "Daily summary", 4, 10, 3, 2, null, () => { throw problem(502, "plugin_limit", "The plugin used more than its 500 ms of CPU three times. It rests for 40 s, then tries again.", { plugin: "daily-summary 1.3.0", limit: "cpu 500 ms" }); }],
      log: ["table", "Recent errors", 6, 1, 12, 3, "Severity ERROR and CRITICAL", (r, q) => table(q)],
    },
  },
  states: {
    title: "Every state",
    description: "What panels say when they have nothing to show",
    panels: {
      empty: ["timeseries", "Nothing measured", 1, 1, 4, 2, null, () => chart([], {})],
      emptykpi: ["kpi", "No value", 1, 5, 4, 1, null, () => ({ kind: "metric", value: null, unit: "%", decimals: 1, threshold: null })],
      slow: ["timeseries", "Never answers", 1, 9, 4, 2, null, () => new Promise(() => {})],
      slowkpi: ["kpi", "Never answers either", 2, 5, 4, 1, null, () => new Promise(() => {})],
      query: ["table", "Broken query", 3, 1, 4, 2, null, () => { throw problem(502, "query_failed", "The database answered: column \"cpu_percnt\" does not exist."); }],
      down: ["timeseries", "Database down", 3, 5, 4, 2, null, () => { throw problem(503, "database_down", "The database of this tenant does not answer: connection refused."); }],
      trap: ["custom_image", "Crashed plugin", 3, 9, 4, 2, null, () => { throw problem(502, "plugin_trapped", "The plugin stopped at an unreachable instruction.", { plugin: "heatmap 0.3.1" }); }],
      yaml: ["timeseries", "Faulty file", 5, 1, 4, 2, null, null, [{ file: "tenants/tenant-alpha/panels/cpu_usage.yaml", line: 7, column: 5, message: "unknown field `colums` in `data_source`", help: "Did you mean `columns`?" }]],
      stale: ["kpi", "Kept from before", 5, 5, 4, 1, null, (r) => ({ kind: "metric", value: 12.5, unit: "ms", decimals: 1, threshold: good, sparkline: spark("stale", r, 12, 2) }), null, "stale"],
      flaky: ["kpi", "Fails after the first time", 6, 5, 4, 1, null, () => { flaky += 1; if (flaky > 1) throw problem(503, "database_down", "The database of this tenant does not answer."); return { kind: "metric", value: 3, unit: null, decimals: 0, threshold: good }; }],
      markup: ["custom_template", "Markup", 5, 9, 4, 2, null, () => ({ kind: "markup", html: "<h3>Summary</h3><p>Three services were <strong>restarted</strong> tonight.</p><ul><li>payments-api</li><li>mailer</li></ul>" })],
      bars: ["timeseries", "Bars", 7, 1, 6, 2, null, (r) => chart(plots(["orders"], { start: r.start, end: r.end }, 50, 30, { mark: "bar" }).map((p) => ({ ...p, instants: p.instants.filter((_, i) => i % 6 === 0), values: p.values.filter((_, i) => i % 6 === 0), join_within: null })), {})],
      points: ["timeseries", "Points", 7, 7, 6, 2, null, (r) => chart(plots(["checks", "probes"], r, 5, 1.5, { mark: "point" }), { unit: "s" })],
    },
  },
};
let flaky = 0;
let compiled = 0;
let rested = 0;
let swapped = 0;

const picture = (panel, query) => {
  const size = { width: Number(query.get("width") ?? 640), height: Number(query.get("height") ?? 320) };
  const dark = query.get("theme") !== "light";
  return {
    kind: "image",
    media_type: "image/png",
    url: `/api/v1/panels/${panel}/image?tenant=tenant-alpha&width=${size.width}&height=${size.height}&theme=${dark ? "dark" : "light"}&n=${Math.floor(Date.now() / 20000)}`,
    alternative: "Three sites, two of them joined by a slow link",
    ...size,
  };
};

function draw(panel, query) {
  if (panel === "lost") throw problem(404, "not_found", "The picture is gone.");
  return drawn(query);
}

// Everything a tenant's own panels can be.
boards.plugins = {
  title: "Own panels",
  description: "What a tenant's plugins show, and how they fail",
  panels: {
    topology: ["custom_image", "Network topology", 1, 1, 6, 2, "Drawn by the plugin network-topology", (r, q) => picture("topology", q)],
    "summary-page": ["custom_template", "Daily summary", 1, 7, 6, 2, null, () => ({
      kind: "markup",
      html: '<div class="grid gap-2"><h3 class="text-lg font-semibold">Night shift</h3><p>Three services were <strong>restarted</strong> tonight, the longest outage was <span class="text-red-600 font-bold" data-testid="coloured">4 min</span>.</p><div class="flex gap-2"><span class="chip">payments-api</span><span class="chip">mailer</span></div><table><thead><tr><th>Service</th><th>Restarts</th></tr></thead><tbody><tr><td>payments-api</td><td>2</td></tr><tr><td>mailer</td><td>1</td></tr></tbody></table><p><a href="/t/tenant-alpha/d/default">All services</a></p></div>',
      css: ".grid{display:grid}.flex{display:flex}.gap-2{gap:8px}.text-lg{font-size:18px;line-height:28px}.font-semibold{font-weight:600}.font-bold{font-weight:700}.text-red-600{color:rgb(220,38,38)}.chip{padding:2px 8px;border-radius:6px;background:rgb(59 130 246 / .2)}",
    })],
    hostile: ["custom_template", "Wants out", 3, 1, 4, 2, null, () => ({
      kind: "markup",
      html: '<div class="out" data-testid="hostile">I cover the page</div><div class="far">I am far away</div><p>After it.</p>',
      css: ":host{position:fixed!important;inset:0!important;z-index:999!important;contain:none!important}.out{position:fixed;inset:0;z-index:2147483647;background:rgb(120 20 40)}.far{position:absolute;left:-4000px;top:-4000px;width:9000px;height:9000px}body,.panel{display:none!important}",
    })],
    resting: ["custom_image", "Resting plugin", 3, 5, 4, 2, null, (r, q) => {
      rested ||= Date.now();
      const until = rested + 18_000;
      if (Date.now() >= until) return picture("topology", q);
      throw problem(503, "plugin_resting", "The plugin heatmap 0.3.1 failed 3 times in a row, the last time because it used more than its CPU time. It is left alone for a while.", { plugin: "heatmap 0.3.1", limit: "cpu 500 ms", retry_at: new Date(until).toISOString() }, { "retry-after": String(Math.ceil((until - Date.now()) / 1000)) });
    }],
    limit: ["custom_image", "Stopped at a limit", 3, 9, 4, 2, null, () => { throw problem(502, "plugin_limit", "The plugin fleet-map 2.1.0 wanted more memory than it is allowed and was stopped.", { plugin: "fleet-map 2.1.0", limit: "memory 64 MiB" }); }],
    trapped: ["custom_image", "Crashed", 5, 1, 4, 2, null, () => { throw problem(502, "plugin_trapped", "The plugin fleet-map 2.1.0 stopped at an unreachable instruction: index out of bounds: the len is 3 but the index is 7.", { plugin: "fleet-map 2.1.0" }); }],
    answer: ["custom_image", "Unusable answer", 5, 5, 4, 2, null, () => { throw problem(502, "plugin_answer", "The plugin fleet-map 2.1.0 returned a picture of 60000 × 60000 pixels; 4096 × 4096 are allowed.", { plugin: "fleet-map 2.1.0" }); }],
    refused: ["custom_template", "Refused plugin", 5, 9, 4, 2, null, () => { throw problem(422, "plugin_refused", "The file billing.wasm is not the one that plugins.lock pins: it has 9f2c41d0…, pinned is 77ab02e1…. Restore the file, or run porthole plugin lock.", { plugin: "billing" }); }],
    compiling: ["custom_image", "Being compiled", 7, 1, 4, 2, null, (r, q) => {
      compiled ||= Date.now();
      if (Date.now() < compiled + 9_000) throw problem(503, "busy", "The plugin is being compiled.", {}, { "retry-after": "1" });
      return picture("topology", q);
    }],
    lost: ["custom_image", "Picture that is gone", 7, 5, 4, 2, null, (r, q) => picture("lost", q)],
    swapped: ["custom_image", "Fails after the first time", 7, 9, 4, 2, null, (r, q) => {
      swapped += 1;
      if (swapped > 1) throw problem(502, "plugin_trapped", "The plugin fleet-map 2.1.0 stopped at an unreachable instruction.", { plugin: "fleet-map 2.1.0" });
      return picture("topology", q);
    }],
    heat: ["calendar-heat", "A type of its own, any view", 9, 1, 12, 2, null, (r) => chart(plots(["orders"], r, 50, 30, { area: true }), { unit: "/h" })],
  },
};

function problem(status, code, detail, more = {}, headers = {}) {
  return { status, headers, body: { type: "about:blank", title: String(status), status, code, detail, request_id: "0191f0c2-7a1e-7d3b-9c55-2f6e8a41b7d0", ...more } };
}

const placement = (id, [type, title, row, col, width, height, description, , diagnostics]) => ({ id, type, title, description, position: { row, col, width, height }, refresh_interval: 30, drill_down: { enabled: true, show_table: true, disable_aggregation: false }, ...(diagnostics ? { diagnostics } : {}) });

async function api(request, path, query, tenant) {
  if (path === "/auth/methods") return { local: true, oidc: null };
  if (path === "/auth/login") {
    const { email, password } = JSON.parse((await body(request)) || "{}");
    if (!email || password !== "porthole") throw problem(401, "wrong_credentials", "Email or password is wrong.");
    const guest = email.startsWith("guest");
    return { cookie: guest ? "mock=guest" : "mock=1", json: me("tenant-alpha", guest) };
  }
  const guest = /mock=guest/.test(request.headers.cookie ?? "");
  if (!guest && !/mock=1/.test(request.headers.cookie ?? "")) throw problem(401, "not_logged_in", "Log in first.");
  if (path === "/auth/logout") return { cookie: "mock=0", json: null };
  if (path === "/auth/me") return me("tenant-alpha", guest);
  if (path === "/tenants") return { tenants, selected: "tenant-alpha" };
  if (/^\/tenants\/[^/]+\/select$/.test(path)) return null;
  if (!tenants.some((t) => t.id === (tenant ?? query.get("tenant")))) throw problem(404, "not_found", "There is no such dashboard.");
  if (path.startsWith("/plugins")) {
    if (guest) throw problem(403, "forbidden", "Only administrators of this tenant see its plugins.");
    return plugins(request, path, query, problem);
  }
  const picture = /^\/panels\/([^/]+)\/image$/.exec(path)?.[1];
  if (picture) return { bytes: draw(picture, query), type: "image/png" };
  if (path === "/dashboards") return { dashboards: Object.entries(boards).map(([name, b]) => ({ name, title: b.title, description: b.description })) };
  const board = /^\/dashboards\/([^/]+)$/.exec(path)?.[1];
  if (board) {
    const b = boards[board];
    if (!b) throw problem(404, "not_found", "This tenant has no such dashboard.");
    // Each visit sees every state from its beginning.
    compiled = rested = swapped = 0;
    return { name: board, title: b.title, description: b.description, refresh_interval: 300, columns: 12, default_range: null, panels: Object.entries(b.panels).map(([id, p]) => placement(id, p)) };
  }
  const exported = /^\/panels\/([^/]+)\/export$/.exec(path)?.[1];
  if (exported) return { bytes: Buffer.from(query.get("format") === "json" ? "[]\n" : "time,value\r\n"), type: query.get("format") === "json" ? "application/json" : "text/csv" };
  const id = /^\/(?:panels\/([^/]+)\/data|reports\/([^/]+))$/.exec(path)?.slice(1).find(Boolean);
  const panel = id && Object.values(boards).flatMap((b) => Object.entries(b.panels)).find(([name]) => name === id)?.[1];
  if (!panel) throw problem(404, "not_found", "There is no such panel.");
  const range = { start: Date.parse(query.get("start_date")), end: Date.parse(query.get("end_date")) };
  if (!(range.start < range.end)) throw problem(400, "invalid_parameter", "end_date must be after start_date.", { parameter: "end_date" });
  await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 200));
  const view = await panel[7](range, query);
  const bucket = view.kind === "chart" ? ladder(range.end - range.start) : null;
  return {
    panel: id,
    type: panel[0],
    title: panel[1],
    range: { start: new Date(range.start).toISOString(), end: new Date(range.end).toISOString() },
    aggregation: bucket ? { bucket_seconds: bucket, function: "avg" } : null,
    generated_at: new Date(Date.now() - (panel[9] ? 7 * MINUTE : 0)).toISOString(),
    cache: panel[9] ?? "miss",
    refresh_interval: 30,
    view,
    usage: {
      plugin: panel[0],
      version: "0.1.0",
      wall_us: 812,
      guest_us: id === "summary-page" ? 431000 : 140,
      memory_bytes: 1310720,
      queries: 1,
      rows: 5760,
      buckets_computed: 12,
      allowed: { wall_us: 5e6, guest_us: 5e5, memory_bytes: 64 << 20, queries: 16, rows: 1e6 },
    },
  };
}

function forward(request, response) {
  // As if the page came from that host: it refuses changes from other origins.
  const headers = { ...request.headers, host: host.host };
  if (headers.origin) headers.origin = host.origin;
  const onward = ask(new URL(request.url, host), { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end());
  request.pipe(onward);
}

const body = (request) => new Promise((resolve) => { let text = ""; request.on("data", (c) => (text += c)).on("end", () => resolve(text)); });
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".woff2": "font/woff2", ".svg": "image/svg+xml" };
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

createServer(async (request, response) => {
  const url = new URL(request.url, `http://localhost:${port}`);
  try {
    if (host && url.pathname.startsWith("/api/")) return forward(request, response);
    if (url.pathname.startsWith("/api/v1/")) {
      const answer = await api(request, url.pathname.slice(7), url.searchParams, request.headers["x-porthole-tenant"]);
      const json = answer && "json" in answer ? answer.json : answer;
      if (answer?.cookie) response.setHeader("set-cookie", `${answer.cookie}; Path=/; HttpOnly; SameSite=Lax`);
      if (answer?.bytes) return void response.writeHead(200, { "content-type": answer.type, "cache-control": "private, max-age=30" }).end(answer.bytes);
      if (json === null) return void response.writeHead(204).end();
      return void response.writeHead(answer?.status ?? 200, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(json));
    }
    const file = url.pathname.startsWith("/assets/") ? normalize(url.pathname).slice(1) : "index.html";
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain", "content-security-policy": policy }).end(await readFile(join(dist, file)));
  } catch (error) {
    if (error?.body) return void response.writeHead(error.status, { "content-type": "application/problem+json", ...error.headers }).end(JSON.stringify(error.body));
    if (error?.code !== "ENOENT") console.error(error);
    response.writeHead(404).end("not found");
  }
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ — any email, password "porthole"`));
