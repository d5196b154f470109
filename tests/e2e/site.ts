// A real Porthole: the built program, a tenant made with the documented commands, a free port, gone after the tests.

import { test as base } from '@playwright/test';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bringOwnPanels, NODES } from './own-panels';
import { csv, type Reading, readingsOf } from './readings';

export const WORKSPACE = join(dirname(fileURLToPath(import.meta.url)), '../..');
const PROGRAM = process.env.PORTHOLE_BIN ?? join(WORKSPACE, 'target/debug/porthole');
/** What \`cargo xtask build --components\` leaves beside the program's folder. */
export const COMPONENTS = process.env.PORTHOLE_COMPONENTS ?? join(dirname(PROGRAM), '../components');
const HEALTHY_WITHIN = 60_000;

export interface Site {
  /** Everything of this installation: `config` and `data`. */
  folder: string;
  url: string;
  email: string;
  /** Of the tenant's administrator; the password is the same. */
  admin: string;
  password: string;
  tenant: string;
  /** By the server's name. */
  readings: Map<string, Reading[]>;
  /** A second tenant with readings of its own, into which nobody of the above is let. */
  other: { tenant: string; name: string; readings: Reading[] };
  /** Ends the host; it is there again, at the same address, once the function that this returns is done. */
  down: () => Promise<() => Promise<void>>;
}

export const test = base.extend<object, { site: Site }>({
  site: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'porthole-e2e-'));
      const site = prepare(folder);
      let host = await serve(folder, site, await freePort());
      site.down = async () => {
        await stop(host);
        return async () => void (host = await serve(folder, site, Number(new URL(site.url).port)));
      };
      try {
        await use(site);
      } finally {
        await stop(host);
        rmSync(folder, { recursive: true, force: true });
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

export { expect } from '@playwright/test';

/** The example tenant with two servers' readings and one account. */
export function prepare(folder: string): Site {
  const tenant = 'servers';
  const site: Site = {
    folder,
    url: '',
    email: 'ops@example.org',
    admin: 'admin@example.org',
    password: 'correct horse battery staple',
    tenant,
    down: () => Promise.reject(new Error('the host was never up')),
    readings: new Map([
      ['web-1', readingsOf(1)],
      ['web-2', readingsOf(2)],
    ]),
    other: { tenant: 'offices', name: 'Our offices', readings: readingsOf(3) },
  };
  mkdirSync(join(folder, 'config/tenants'), { recursive: true });
  mkdirSync(join(folder, 'data'));
  cpSync(join(WORKSPACE, 'config/examples/servers'), join(folder, 'config/tenants', tenant), { recursive: true });
  writeFileSync(
    join(folder, 'config/tenants', tenant, 'tenant.yaml'),
    'tenant:\n  name: "Our servers"\n  database:\n    url: "sqlite:tenants/servers.sqlite"\n',
  );
  const { other } = site;
  cpSync(join(WORKSPACE, 'config/examples/servers'), join(folder, 'config/tenants', other.tenant), { recursive: true });
  writeFileSync(
    join(folder, 'config/tenants', other.tenant, 'tenant.yaml'),
    `tenant:\n  name: "${other.name}"\n  database:\n    url: "sqlite:tenants/offices.sqlite"\n`,
  );
  bringOwnPanels(join(folder, 'config/tenants', tenant), COMPONENTS);
  const nodes = join(folder, 'nodes.csv');
  writeFileSync(nodes, NODES);
  run(folder, ['import', nodes, '--tenant', tenant, '--table', 'network_nodes']);
  for (const [server, readings] of site.readings) {
    const file = join(folder, `${server}.csv`);
    writeFileSync(file, csv(readings));
    run(folder, ['import', file, '--tenant', tenant, '--table', 'readings', '--label', `series=${server}`]);
  }
  const file = join(folder, 'office.csv');
  writeFileSync(file, csv(other.readings));
  run(folder, ['import', file, '--tenant', other.tenant, '--table', 'readings', '--label', 'series=office-1']);
  run(folder, ['user', 'add', site.email, '--password-stdin', '--tenant', tenant], site.password);
  run(folder, ['user', 'add', site.admin, '--admin', '--password-stdin', '--tenant', tenant], site.password);
  return site;
}

/** This installation's settings and none of the surrounding ones. */
function environment(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PORTHOLE_'));
  return {
    ...Object.fromEntries(own),
    PORTHOLE_CONFIG_DIR: join(folder, 'config'),
    PORTHOLE_DATA_DIR: join(folder, 'data'),
  };
}

function run(folder: string, args: string[], input = '') {
  execFileSync(PROGRAM, args, { cwd: folder, env: environment(folder), input, stdio: ['pipe', 'ignore', 'inherit'] });
}

/** `more`: further settings. */
export async function serve(
  folder: string,
  site: Site,
  port: number,
  more: Record<string, string> = {},
): Promise<ChildProcess> {
  site.url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const host = spawn(PROGRAM, ['serve'], {
    cwd: folder,
    env: { ...environment(folder), ...more, PORTHOLE_LISTEN: `127.0.0.1:${port}` },
    stdio: ['ignore', output, output],
  });
  const deadline = Date.now() + HEALTHY_WITHIN;
  while (Date.now() < deadline && host.exitCode === null) {
    const healthy = await fetch(`${site.url}/api/v1/health`).then((answer) => answer.ok, () => false);
    if (healthy) return host;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  host.kill('SIGKILL');
  throw new Error(`porthole did not become healthy:\n${readFileSync(log, 'utf8')}`);
}

export async function stop(host: ChildProcess) {
  if (host.exitCode !== null) return;
  const ended = new Promise((resolve) => host.once('exit', resolve));
  host.kill('SIGTERM');
  const patience = setTimeout(() => host.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(patience);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
