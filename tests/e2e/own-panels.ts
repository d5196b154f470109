// Panels that a tenant brings itself: the example components of this repository in its folder, and a dashboard of them.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows of the table that the network's picture is drawn from. */
export const NODES = 'name,status,zone\ncore,online,hall\nedge,degraded,hall\nbackup,offline,cellar\n';

const picture = `panel:
  type: "custom_image"
  title: "Network"
  endpoint: "/api/v1/custom/network-topology"
  parameters:
    include_offline: true
  data_source:
    table: "network_nodes"
    columns:
      name: "name"
      status: "status"
      group: "zone"
  refresh_interval: 300
`;

/** The template is the tenant's own, and as hostile as the tenant likes. */
const page = (title: string, template: string) => `panel:
  type: "custom_template"
  title: "${title}"
  endpoint: "/api/v1/custom/daily-summary"
  data_source:
    table: "readings"
    columns:
      timestamp: "timestamp"
      requests: "value"
      failed: "value"
      response_ms: "value"
  template: |
${template.replaceAll(/^/gm, '    ')}
  refresh_interval: 300
`;

const summary = `<div class="p-4">
  <p class="text-lg font-bold mt-2">Summary for {{ date }}</p>
</div>`;

const hostile = `<div class="fixed inset-0 w-screen h-screen z-50 bg-red-600">I cover the page</div>
<div class="absolute -top-96 -left-96 w-screen h-screen">I am far away</div>
<div style="position: fixed; inset: 0; z-index: 9999">I bring my own style</div>
<style>body { display: none }</style>
<script>window.escaped = 1</script>
<img src="x" onerror="window.escaped = 2">
<a href="javascript:window.escaped = 3">A link</a>
<iframe srcdoc="<script>parent.escaped = 4</script>"></iframe>
<svg onload="window.escaped = 5"><script>window.escaped = 6</script></svg>
<p>The end of it</p>`;

const dashboard = `dashboard:
  name: "Own panels"
  refresh_interval: 300
  panels:
    - {id: "network", config_file: "panels/network.yaml", position: {row: 1, col: 1, width: 6, height: 2}}
    - {id: "summary", config_file: "panels/summary.yaml", position: {row: 1, col: 7, width: 6, height: 2}}
    - {id: "hostile", config_file: "panels/hostile.yaml", position: {row: 3, col: 1, width: 6, height: 2}}
    - {id: "latest", config_file: "panels/latest.yaml", position: {row: 3, col: 7, width: 6, height: 2}}
`;

/** Puts components, panels and dashboard into the tenant's folder. */
export function bringOwnPanels(tenant: string, components: string) {
  mkdirSync(join(tenant, 'plugins'), { recursive: true });
  for (const name of ['network_topology', 'daily_summary']) {
    cpSync(join(components, `porthole_example_${name}.wasm`), join(tenant, 'plugins', `${name}.wasm`));
  }
  writeFileSync(join(tenant, 'panels/network.yaml'), picture);
  writeFileSync(join(tenant, 'panels/summary.yaml'), page('Summary', summary));
  writeFileSync(join(tenant, 'panels/hostile.yaml'), page('Hostile', hostile));
  writeFileSync(join(tenant, 'dashboards/own.yaml'), dashboard);
}
