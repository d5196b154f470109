// Everything that can be wrong with a tenant's panels, put into the configuration of a running demo.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A tenant whose database does not answer. */
export const GONE = "tenant-gone";

const panel = (type, title, more) => `panel:\n  type: "${type}"\n  title: "${title}"\n  refresh_interval: 300\n${more}`;
const rogue = (title, what) => panel("rogue", title, `  parameters: ${JSON.stringify(what)}\n`);
const source = "  data_source:\n    table: \"metrics\"\n    columns:\n      timestamp: \"recorded_at\"\n      value: \"cpu_percent\"\n      series_label: \"server_name\"\n    query:\n      where: \"metric_type = 'cpu'\"\n";

const PANELS = {
  stopped: rogue("A panel that never ends", { do: "loop" }),
  greedy: rogue("A panel that wants all memory", { do: "allocate" }),
  crashed: rogue("A panel that crashes", { do: "panic", text: "no such thing" }),
  faulty: panel("timeseries", "A faulty file", source.replace("columns", "colums")),
  unknown: panel("timeseries", "A table that is not there", source.replace("metrics", "metrcs")),
  well: panel("timeseries", "A panel that is well", source),
};

const dashboard = (name, ids) =>
  `dashboard:\n  name: "${name}"\n  refresh_interval: 300\n  default_range: "now-6h"\n  panels:\n${ids
    .map((id, k) => `    - {id: "${id}", config_file: "panels/${id}.yaml", position: {row: ${1 + 2 * Math.floor(k / 3)}, col: ${1 + 4 * (k % 3)}, width: 4, height: 2}}\n`)
    .join("")}`;

/** `tenants` is the configuration's folder of tenants, `components` that of built components. */
export async function bringTrouble(tenants, components) {
  const alpha = join(tenants, "tenant-alpha");
  await mkdir(join(alpha, "plugins"), { recursive: true });
  await copyFile(join(components, "porthole_rogues.wasm"), join(alpha, "plugins/rogue.wasm"));
  for (const [id, text] of Object.entries(PANELS)) await writeFile(join(alpha, `panels/${id}.yaml`), text);
  await writeFile(join(alpha, "dashboards/trouble.yaml"), dashboard("Trouble", Object.keys(PANELS)));
  const gone = join(tenants, GONE);
  await mkdir(join(gone, "panels"), { recursive: true });
  await mkdir(join(gone, "dashboards"));
  // Nothing listens there.
  await writeFile(join(gone, "tenant.yaml"), "tenant:\n  name: \"Gamma Shipping\"\n  database:\n    url: \"postgres://reader@127.0.0.1:1/gone\"\n");
  for (const id of ["cpu", "load", "requests"]) await writeFile(join(gone, `panels/${id}.yaml`), panel("timeseries", id.toUpperCase(), source));
  await writeFile(join(gone, "dashboards/default.yaml"), dashboard("Fleet", ["cpu", "load", "requests"]));
}

/** Opens that tenant to the account, as soon as the host has seen it. */
export async function openGone(request, { url, account }) {
  const grant = `${url}/api/v1/admin/tenants/${GONE}/grants/${encodeURIComponent(account.email)}`;
  for (let tries = 0; ; tries++) {
    const answer = await request.put(grant, { data: { role: "viewer" }, headers: { origin: url } });
    if (answer.ok()) return;
    if (tries > 60) throw new Error(`${grant}: ${answer.status()} ${await answer.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
