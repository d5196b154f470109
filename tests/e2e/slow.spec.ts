// A network that takes its time: what is there stays, what is coming has a shape, and nothing freezes.

import { chooseRange, faults, logIn, openDashboard, panel } from './pages';
import { expect, test } from './site';
import type { Page } from '@playwright/test';

/** Milliseconds that each answer is late, and bytes a second. */
async function throttle(page: Page, latency: number, downloadThroughput = -1) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput, uploadThroughput: -1 });
  return devtools;
}

test('a reader on a slow line sees the dashboard take shape, and then its data', async ({ page, site }) => {
  test.setTimeout(120_000);
  const problems = faults(page);
  // Slow 3G: the first load alone takes seconds.
  await throttle(page, 400, 50_000);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z`);
  await expect(page.getByLabel('Email')).toBeVisible({ timeout: 60_000 });
  await logIn(page, site);
  const usage = panel(page, 'usage');
  await expect(usage.locator('.skeleton')).toBeVisible({ timeout: 30_000 });
  await expect(usage.getByRole('heading')).toHaveText('Usage by server');
  await expect(usage.locator('canvas')).toBeVisible({ timeout: 30_000 });
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
  await expect(page.getByTestId('panel-error')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('a slow refresh keeps the old data under a thin bar', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const latest = panel(page, 'latest');
  const value = latest.getByTestId('kpi-value');
  await expect(value).toBeVisible();
  const before = await value.innerText();
  await throttle(page, 2_000);
  await page.getByTestId('refresh-now').click();
  await expect(latest.getByRole('progressbar', { name: 'Refreshing' })).toBeVisible();
  await expect(value).toHaveText(before);
  await expect(latest.locator('.skeleton')).toHaveCount(0);
  await expect(latest.getByRole('progressbar')).toHaveCount(0);
  await expect(value).toHaveText(before);
});

test('a reader who does not wait for a slow answer gets the one of the newest question', async ({ page, site }) => {
  await openDashboard(page, site);
  const kpi = panel(page, 'latest').getByTestId('kpi-value');
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await expect(kpi).toBeVisible();
  const wanted = await kpi.innerText();
  const devtools = await throttle(page, 1_500);
  const abandoned: string[] = [];
  page.on('requestfailed', (request) => abandoned.push(request.url()));
  await chooseRange(page, '2026-01-07 00:00', '2026-01-07 04:00');
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await devtools.detach();
  await expect.poll(() => abandoned.filter((url) => url.includes('2026-01-07')).length).toBeGreaterThan(0);
  await expect(kpi).toHaveText(wanted);
  await expect(page).toHaveURL(/from=2026-01-05/);
});
