import { chooseRange, logIn, openDashboard, panel } from './pages';
import { client, person } from './people';
import { expect, test } from './site';

test('a page without a network keeps what it shows, says so, and recovers by itself', async ({ page, site, context }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const value = panel(page, 'latest').getByTestId('kpi-value');
  const before = await value.innerText();
  await context.setOffline(true);
  await page.getByTestId('refresh-now').click();
  const stale = panel(page, 'latest').getByTestId('panel-stale');
  await expect(stale).toContainText('data from');
  await stale.hover({ force: true, position: { x: 4, y: 4 } });
  await expect(stale.getByText('Check the connection')).toBeInViewport();
  // Said once, not by every panel.
  await expect(page.getByTestId('cut-off')).toHaveCount(1);
  await expect(value).toHaveText(before);
  await context.setOffline(false);
  await expect(panel(page, 'latest').getByTestId('panel-stale')).toHaveCount(0);
  await expect(page.getByTestId('cut-off')).toHaveCount(0);
});

test('a restart of the host under an open page is survived without a reload', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const latest = panel(page, 'latest');
  await expect(latest.getByTestId('kpi-value')).toBeVisible();
  await page.evaluate(() => ((window as unknown as { kept: number }).kept = 1));
  const up = await site.down();
  await page.getByTestId('refresh-now').click();
  await expect(latest.getByTestId('panel-stale')).toContainText('data from');
  await up();
  await expect(latest.getByTestId('panel-stale')).toHaveCount(0, { timeout: 40_000 });
  expect(await page.evaluate(() => (window as unknown as { kept: number }).kept)).toBe(1);
});

test('a session that ends under an open page leads to login and back to the same place', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const address = page.url();
  await page.context().clearCookies();
  await page.getByTestId('refresh-now').click();
  await expect(page).toHaveURL(/\/login\?next=/);
  await logIn(page, site);
  await expect(page).toHaveURL(address);
});

test('only panels near the view ask, and a new range cancels the question before', async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 320 });
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await logIn(page, site);
  const last = panel(page, 'highest');
  await expect(panel(page, 'latest').or(panel(page, 'usage')).first()).toBeVisible();
  const ids = await page.locator('.panel').evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')));
  const far = ids.at(-1)!.replace('panel-', '');
  await expect.poll(() => asked.filter((path) => path.endsWith('/data')).length).toBeGreaterThan(0);
  expect(asked.some((path) => path.includes(`/panels/${far}/data`))).toBe(false);
  await page.getByTestId(`panel-${far}`).scrollIntoViewIfNeeded();
  await expect.poll(() => asked.some((path) => path.includes(`/panels/${far}/data`))).toBe(true);
  await expect(last).toBeVisible();

  // A question that is never answered ends when the range changes.
  const failed: string[] = [];
  page.on('requestfailed', (request) => failed.push(request.failure()?.errorText ?? ''));
  await page.setViewportSize({ width: 1440, height: 900 });
  let held = 0;
  await page.route('**/panels/*/data**', (route) => {
    if (route.request().url().includes('2026-01-03')) return route.continue();
    held += 1;
  });
  await page.getByTestId('refresh-now').click();
  await expect.poll(() => held).toBeGreaterThan(0);
  await chooseRange(page, '2026-01-03 00:00', '2026-01-03 04:00');
  await expect.poll(() => failed.some((text) => text.includes('ERR_ABORTED'))).toBe(true);
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
});

test('twenty-four refreshes leave no more behind than one', async ({ page, site }) => {
  test.setTimeout(120_000);
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-06 00:00');
  await expect(panel(page, 'usage').locator('canvas')).toBeVisible();
  const devtools = await page.context().newCDPSession(page);
  const measure = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { jsHeapUsedSize, nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters').then(
      async (counters) => ({
        ...counters,
        jsHeapUsedSize: (await devtools.send('Runtime.getHeapUsage')).usedSize,
      }),
    );
    return { heap: jsHeapUsedSize, nodes, listeners: jsEventListeners };
  };
  const refresh = async () => {
    const answers = ['usage', 'latest', 'servers', 'highest'].map((id) =>
      page.waitForResponse((response) => response.url().includes(`/panels/${id}/data`)),
    );
    await page.getByTestId('refresh-now').click();
    await Promise.all(answers);
  };
  for (let round = 0; round < 4; round++) await refresh();
  const before = await measure();
  for (let round = 0; round < 24; round++) await refresh();
  const after = await measure();
  expect(after.heap, `${before.heap} → ${after.heap} bytes`).toBeLessThan(before.heap * 1.25 + 1_000_000);
  expect(after.nodes, `${before.nodes} → ${after.nodes} nodes`).toBeLessThan(before.nodes * 1.2 + 100);
  expect(after.listeners, `${before.listeners} → ${after.listeners}`).toBeLessThan(before.listeners * 1.2 + 20);
});

test('a grant that is taken back under an open page takes the data away, and says why', async ({ page, site }) => {
  const email = await person(site, 'leaver', { [site.tenant]: 'viewer' });
  const here = `${site.url}/t/${site.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`;
  await page.goto(here);
  await logIn(page, site, site.password, email);
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
  const admin = await client(site);
  expect((await admin.delete(`admin/tenants/${site.tenant}/grants/${email}`)).status()).toBe(204);
  await admin.dispose();
  await page.getByTestId('refresh-now').click();
  await expect(page.getByRole('heading', { name: 'This tenant is not open to you' })).toBeVisible();
  await expect(page.getByTestId('kpi-value')).toHaveCount(0);
  await expect(page.locator('.panel')).toHaveCount(0);
});
