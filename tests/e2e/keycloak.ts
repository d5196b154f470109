// A real Keycloak with the realm that is shipped, and a Porthole whose people log in there.

import { test as base } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, prepare, serve, type Site, stop, WORKSPACE } from './site';

const READY_WITHIN = 300_000;
// Letters only: Java reads its variables in the system's encoding.
const CLIENT_SECRET = 'secret of the client';
/** Little memory, and quick to start rather than quick later. */
const JAVA =
  '-Xms64m -Xmx512m -XX:MaxMetaspaceSize=256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8';

/** Of every user of the realm. */
export const PASSWORD = 'password of the users';

/** A Keycloak that is ready to start, where this machine has one: `cargo xtask test` makes it. */
export function home(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'porthole');
  const prepared = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('keycloak-')) : [];
  const folders = [process.env.PORTHOLE_KEYCLOAK, ...prepared.sort().reverse().map((name) => join(cache, name))];
  return folders.find((folder) => folder && existsSync(join(folder, 'java-home')));
}

export const test = base.extend<object, { house: Site }>({
  house: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'porthole-e2e-'));
      const site = prepare(folder);
      const port = await freePort();
      const keycloak = await start(join(folder, 'keycloak'), `http://127.0.0.1:${port}`);
      let host: ChildProcess | undefined;
      try {
        host = await serve(folder, site, port, {
          PORTHOLE_PUBLIC_URL: `http://127.0.0.1:${port}`,
          PORTHOLE_AUTH_OIDC_ISSUER: `${keycloak.url}/realms/porthole`,
          PORTHOLE_AUTH_OIDC_CLIENT_ID: 'porthole',
          PORTHOLE_AUTH_OIDC_CLIENT_SECRET: CLIENT_SECRET,
          PORTHOLE_AUTH_OIDC_LABEL: 'Keycloak',
          PORTHOLE_AUTH_OIDC_TENANTS: `/alpha=${site.tenant}`,
          PORTHOLE_AUTH_OIDC_ADMIN_GROUP: '/operators',
        });
        await use(site);
      } finally {
        if (host) await stop(host);
        await stop(keycloak.process);
        rmSync(folder, { recursive: true, force: true });
      }
    },
    { scope: 'worker', timeout: READY_WITHIN + 60_000 },
  ],
});

export { expect } from '@playwright/test';

/** Starts it in a folder of its own, for a host at this address. */
async function start(folder: string, porthole: string): Promise<{ process: ChildProcess; url: string }> {
  const from = home();
  if (!from) throw new Error('there is no Keycloak');
  mkdirSync(join(folder, 'data/import'), { recursive: true });
  for (const part of ['lib', 'providers', 'themes']) symlinkSync(join(from, part), join(folder, part));
  for (const part of ['bin', 'conf']) cpSync(join(from, part), join(folder, part), { recursive: true });
  for (const file of ['porthole-realm.json', 'porthole-users-0.json']) {
    cpSync(join(WORKSPACE, 'docker/keycloak', file), join(folder, 'data/import', file));
  }
  const port = await freePort();
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const options = ['--http-enabled=true', '--hostname-strict=false', '--http-host=127.0.0.1', `--http-port=${port}`];
  const keycloak = spawn('bash', ['bin/kc.sh', 'start', '--optimized', '--import-realm', ...options], {
    cwd: folder,
    env: {
      ...process.env,
      JAVA_HOME: readFileSync(join(from, 'java-home'), 'utf8').trim(),
      JAVA_OPTS: JAVA,
      PORTHOLE_URL: porthole,
      PORTHOLE_INTERNAL_URL: porthole,
      PORTHOLE_CLIENT_SECRET: CLIENT_SECRET,
      PORTHOLE_USERS_PASSWORD: PASSWORD,
    },
    stdio: ['ignore', output, output],
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline && keycloak.exitCode === null) {
    const description = `${url}/realms/porthole/.well-known/openid-configuration`;
    if (await fetch(description).then((answer) => answer.ok, () => false)) return { process: keycloak, url };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  keycloak.kill('SIGKILL');
  throw new Error(`Keycloak did not start:\n${readFileSync(log, 'utf8')}`);
}
