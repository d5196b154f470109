// What a browser's console says of a page is said to whoever runs the host: every page is silent.

import { logIn } from './pages';
import { client, person } from './people';
import { expect, type Site, test } from './site';
import type { BrowserContext, Page } from '@playwright/test';

/** Chromium says this long after a page was loaded that something was fetched ahead for nothing. */
const SAYS_SO_WITHIN = 7_000;

/** Warnings and errors of a page, but for the browser's own word on an answer that the page asked for with good reason. */
function said(page: Page, expected: RegExp[]): string[] {
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => {
    const from = message.location().url;
    const isExpected = message.text().startsWith('Failed to load resource') && expected.some((url) => url.test(from));
    if (['warning', 'error'].includes(message.type()) && !isExpected) said.push(`${message.text()} (${from})`);
  });
  return said;
}

/** Opens each in a tab of its own, and waits until the browser has said what it has to say. */
async function open(context: BrowserContext, site: Site, paths: Record<string, RegExp[]>) {
  const tabs: [string, Page, string[]][] = [];
  for (const [path, expected] of Object.entries(paths)) {
    const page = await context.newPage();
    tabs.push([path, page, said(page, expected)]);
    await page.goto(site.url + path);
    await expect(page.getByRole('main')).toBeVisible();
  }
  for (const [, page] of tabs) {
    await page.waitForFunction((enough) => {
      const [loaded] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return loaded.loadEventEnd > 0 && performance.now() - loaded.loadEventEnd > enough;
    }, SAYS_SO_WITHIN);
  }
  const told = tabs.filter(([, , said]) => said.length > 0).map(([path, , said]) => `${path}: ${said.join(' | ')}`);
  for (const [, page] of tabs) await page.close();
  return told;
}

const NOBODY = [/\/auth\/me$/];

test('no page warns on the console', async ({ page, context, site }) => {
  test.setTimeout(240_000);
  expect(await open(context, site, { '/login': NOBODY, '/password': NOBODY, '/password#nonsense': NOBODY, '/docs': [] })).toEqual([]);

  await page.goto(`${site.url}/account`);
  await logIn(page, site, site.password, site.admin);
  await expect(page.getByTestId('sessions')).toBeVisible();
  const email = await person(site, 'silent', { [site.tenant]: 'viewer' });
  const admin = await client(site);
  const { users } = (await (await admin.get('admin/users')).json()) as { users: { id: string; email: string }[] };
  const { id } = users.find((user) => user.email === email)!;
  const range = 'from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z';
  const none = /\/api\/v1\//;
  const paths: Record<string, RegExp[]> = {
    [`/t/${site.tenant}/d/default?${range}`]: [],
    [`/t/${site.tenant}/d/default/p/usage?${range}`]: [],
    [`/t/${site.tenant}/r/usage?${range}`]: [],
    [`/t/${site.tenant}/d/nonsense`]: [none],
    '/t/nonsense/d/default': [none],
    '/nonsense': [/\/nonsense$/],
    '/account': [],
    '/admin/users': [],
    [`/admin/users/${id}`]: [],
    '/admin/users/nonsense': [none],
    '/admin/tenants': [],
    [`/admin/tenants/${site.tenant}`]: [],
    '/admin/sessions': [],
    '/admin/audit': [],
    [`/t/${site.tenant}/members`]: [],
    [`/t/${site.tenant}/audit`]: [],
    [`/t/${site.tenant}/plugins`]: [],
    [`/t/${site.tenant}/plugins/network_topology`]: [],
    [`/t/${site.tenant}/plugins/nonsense`]: [none],
  };
  expect(await open(context, site, paths)).toEqual([]);
});

test('each page names its tab, also where there is nothing to see', async ({ page, site }) => {
  await page.goto(`${site.url}/admin/users`);
  await expect(page).toHaveTitle('Log in · Porthole');
  await logIn(page, site, site.password, site.admin);
  await expect(page).toHaveTitle('Users · Porthole');
  for (const [path, title] of [
    ['/admin/users', 'Users'],
    ['/admin/tenants', 'Tenants'],
    [`/admin/tenants/${site.tenant}`, 'Our servers · Tenants'],
    ['/admin/tenants/nonsense', 'Not found'],
    ['/admin/users/nonsense', 'Not found'],
    ['/admin/sessions', 'Sessions'],
    ['/admin/audit', 'Audit log'],
    [`/t/${site.tenant}/members`, 'Members · Our servers'],
    [`/t/${site.tenant}/audit`, 'Audit log · Our servers'],
    [`/t/${site.tenant}/plugins`, 'Plugins · Our servers'],
    [`/t/${site.tenant}/plugins/network_topology`, 'network_topology · Our servers'],
    [`/t/${site.tenant}/plugins/nonsense`, 'Not found'],
    ['/account', 'Account'],
    ['/password', 'Choose a password'],
    ['/nonsense', 'Not found'],
    ['/t/nonsense/members', 'Not open to you'],
    ['/t/nonsense', 'Not open to you'],
  ]) {
    await page.goto(site.url + path);
    await expect(page, path).toHaveTitle(`${title} · Porthole`);
  }
  await page.context().clearCookies();
  await page.goto(`${site.url}/admin/users`);
  await logIn(page, site);
  await expect(page).toHaveTitle('Not permitted · Porthole');
  for (const path of ['/admin/users', '/admin/sessions', '/admin/audit', `/t/${site.tenant}/members`, `/t/${site.tenant}/plugins`]) {
    await page.goto(site.url + path);
    await expect(page, path).toHaveTitle('Not permitted · Porthole');
  }
});
