// The plugins of the stand-in for the host: what `/api/v1/plugins…` answers, kept in memory.
import { createHash } from "node:crypto";

const hash = (text) => createHash("sha256").update(text).digest("hex");
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const limits = [
  ["cpu", "500 ms"], ["time", "5 s"], ["memory", "64 MiB"], ["stack", "512 KiB"], ["result", "16 MiB"], ["handles", "64"],
  ["queries", "16"], ["rows", "1,000,000"], ["bytes", "64 MiB"], ["log_lines", "100"], ["calls", "4"],
].map(([name, value]) => ({ name, value }));
const none = { calls: 0, failures: 0, guest_us: 0, wall_us: 0, memory_peak_bytes: 0, queries: 0, rows: 0 };

const version = (name, version, size, minutes, more = {}) => ({ version, sha256: hash(name + version), size_bytes: size, published_at: ago(minutes), published_by: "maria.rossi@example.com", signed_by: null, active: false, ...more });
const topology = [
  version("network-topology", "1.2.0", 148_233, 95, { active: true, signed_by: "ops 2026 (RWQx3k…9fA)" }),
  version("network-topology", "1.1.0", 146_801, 4_400, { signed_by: "ops 2026 (RWQx3k…9fA)" }),
  version("network-topology", "1.0.3", 139_004, 21_000, { published_by: null }),
];
const own = (name, title, more) => ({ name, title, description: "", endpoint: null, source: "published", state: { is: "active" }, version: "1.0.0", sha256: hash(name + "1.0.0"), size_bytes: 71_220, signed_by: null, versions: [version(name, "1.0.0", 71_220, 900, { active: true })], limits, totals: none, failures: [], ...more });

let all = [
  own("daily-summary", "Daily summary", { source: "folder", versions: [], version: "1.3.0", endpoint: "daily-summary", totals: { calls: 4_210, failures: 0, guest_us: 9_400_000, wall_us: 31_000_000, memory_peak_bytes: 2_900_000, queries: 8_420, rows: 410_000 } }),
  own("fleet-map", "Fleet map", { endpoint: "fleet-map", version: "2.1.0", sha256: hash("fleet-map2.1.0"), size_bytes: 12_900_000, state: { is: "compiling" }, versions: [version("fleet-map", "2.1.0", 12_900_000, 0, { active: true })] }),
  own("heatmap", "Calendar heat map", { version: "0.3.1", sha256: hash("heatmap0.3.1"), state: { is: "resting", reason: "It used more than its 500 ms of CPU three times in a row.", until: new Date(Date.now() + 240_000).toISOString() }, versions: [version("heatmap", "0.3.1", 71_220, 300, { active: true }), version("heatmap", "0.3.0", 70_004, 3_000)], totals: { calls: 1_204, failures: 17, guest_us: 214_000_000, wall_us: 260_000_000, memory_peak_bytes: 66_000_000, queries: 1_204, rows: 9_800_000 }, failures: Array.from({ length: 5 }, (_, i) => ({ at: ago(4 + i * 7), panel: "heat", version: "0.3.1", message: i % 2 ? "It stopped at an unreachable instruction: attempt to divide by zero" : "It used more than its 500 ms of CPU." })) }),
  own("network-topology", "Network topology", { description: "Sites and the links between them, slow ones marked. Draws for the size of its panel.", endpoint: "network-topology", version: "1.2.0", sha256: topology[0].sha256, size_bytes: topology[0].size_bytes, signed_by: topology[0].signed_by, versions: topology, totals: { calls: 18_422, failures: 2, guest_us: 61_200_000, wall_us: 190_000_000, memory_peak_bytes: 9_100_000, queries: 36_844, rows: 3_100_000 }, failures: [{ at: ago(61), panel: "topology", version: "1.2.0", message: "It stopped at an unreachable instruction: called `Option::unwrap()` on a `None` value" }, { at: ago(3_000), panel: "topology", version: "1.1.0", message: "It wanted more memory than its 64 MiB." }] }),
  own("billing", "", { source: "folder", versions: [], version: "", sha256: "", size_bytes: 0, state: { is: "refused", reason: "plugins.lock pins 77ab02e1d4c0…, the file billing.wasm has 9f2c41d0aa17…. Restore the file, or run porthole plugin lock." } }),
  own("quarterly-report", "Quarterly report", { version: "", sha256: "", size_bytes: 0, state: { is: "inactive" }, versions: [version("quarterly-report", "4.0.0-rc.1", 1_700_000, 40)] }),
].sort((a, b) => (a.name < b.name ? -1 : 1));

const words = ["debug|opening the source main", "info|drew 5 nodes and 6 links in 640 × 320", "warn|the link core–batch has no latency in this range; drawn dashed", "error|panicked at src/lib.rs:41: called `Option::unwrap()` on a `None` value", "info|drew 5 nodes and 6 links in 384 × 240"];
const started = Date.now();
const lines = (name) => {
  const count = 40 + Math.floor((Date.now() - started) / 4_000);
  return Array.from({ length: Math.min(count, 200) }, (_, i) => {
    const [level, message] = words[(count - i) % words.length].split("|");
    return { at: new Date(started + (count - i) * 4_000 - 160_000).toISOString(), level, panel: "topology", version: "1.2.0", message };
  }).reverse();
};

function activate(plugin, chosen) {
  plugin.versions.forEach((one) => (one.active = one === chosen));
  Object.assign(plugin, chosen ? { version: chosen.version, sha256: chosen.sha256, size_bytes: chosen.size_bytes, signed_by: chosen.signed_by, state: { is: "active" } } : { version: "", sha256: "", size_bytes: 0, signed_by: null, state: { is: "inactive" } });
  return plugin;
}

const bytes = (request) => new Promise((resolve) => { const parts = []; request.on("data", (c) => parts.push(c)).on("end", () => resolve(Buffer.concat(parts))); });

/** What the host would answer; `problem` makes its errors. */
export async function answer(request, path, query, problem) {
  const parts = path.split("/").slice(2).map(decodeURIComponent);
  if (!parts.length && request.method === "POST") {
    const component = await bytes(request);
    if (component.subarray(0, 4).toString("latin1") !== "\0asm") throw problem(422, "plugin_refused", "This is no WebAssembly component: it does not begin as one. Build it with porthole plugin build, or see the guide for your language.");
    if (component.length < 64) throw problem(409, "plugin_clash", "The tenant's folder already has a plugin daily-summary; remove plugins/daily-summary.wasm first, or give this one another name.", { plugin: "daily-summary 1.3.0" });
    const name = "service-map";
    const active = query.get("activate") !== "false";
    const made = version(name, "0.4.0", component.length, 0, { signed_by: request.headers["x-porthole-signature"] ? "ops 2026 (RWQx3k…9fA)" : null });
    const plugin = all.find((one) => one.name === name) ?? own(name, "Service map", { endpoint: name, versions: [], state: { is: "inactive" }, version: "" });
    plugin.versions = [made, ...plugin.versions.filter((one) => one.version !== made.version)];
    if (active) activate(plugin, made);
    all = [...all.filter((one) => one !== plugin), plugin].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { status: 201, json: { name, version: made.version, sha256: made.sha256, endpoint: name, signed_by: made.signed_by, active } };
  }
  if (!parts.length) return { plugins: all };
  const [name, what, which, verb] = parts;
  const plugin = all.find((one) => one.name === name);
  if (!plugin) throw problem(404, "not_found", "This tenant has no such plugin.");
  const chosen = plugin.versions.find((one) => one.version === which);
  const step = `${request.method} ${what ?? ""}${verb ? `/${verb}` : ""}`;
  if (step === "GET ") return plugin;
  if (step === "GET logs") return { lines: name === "billing" ? [] : lines(name) };
  if (step === "POST rollback") {
    const at = plugin.versions.findIndex((one) => one.active);
    if (!plugin.versions[at + 1]) throw problem(409, "plugin_clash", "There is no version before this one.");
    return activate(plugin, plugin.versions[at + 1]);
  }
  if (step === "POST deactivate") return activate(plugin, null);
  if (step === "POST versions/activate" && chosen) return activate(plugin, chosen);
  if (step === "DELETE versions" && chosen) {
    plugin.versions = plugin.versions.filter((one) => one !== chosen);
    return { json: null };
  }
  if (step === "DELETE ") {
    all = all.filter((one) => one !== plugin);
    return { json: null };
  }
  throw problem(404, "not_found", "There is no such thing here.");
}
