import { chooseRange, logIn, openDashboard, panel } from './pages';
import { expect, test } from './site';
import type { Locator, Page } from '@playwright/test';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** The address that the button's menu puts on the clipboard. */
async function copied(page: Page, item: string): Promise<URL> {
  await page.getByTestId('share').click();
  await page.getByRole('menuitem', { name: item }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Link copied.' })).toBeAttached();
  return new URL(await page.evaluate(() => navigator.clipboard.readText()));
}

const range = (link: URL) => [link.searchParams.get('from'), link.searchParams.get('to')];

test('a link to this moment holds the instants that are shown, and shows them to whoever opens it', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=now-7d&to=now`);
  await expect(panel(page, 'usage')).toBeVisible();
  const before = Date.now();
  const link = await copied(page, 'Copy link to this moment');

  expect(link.origin + link.pathname).toBe(`${site.url}/t/${site.tenant}/d/default`);
  const [from, to] = range(link).map((instant) => Date.parse(instant ?? ''));
  expect(to - from).toBe(7 * 86_400_000);
  expect(Math.abs(to - before)).toBeLessThan(60_000);
  // Nothing changes for the reader who copied it.
  expect(range(new URL(page.url()))).toEqual(['now-7d', 'now']);

  const asked = page.waitForRequest((request) => request.url().includes('/panels/usage/data'));
  await page.goto(link.href);
  const question = new URL((await asked).url()).searchParams;
  expect([question.get('start_date'), question.get('end_date')].map((text) => Date.parse(text ?? ''))).toEqual([from, to]);
});

test('a link that moves with the clock says so, and leads to the panel that is open', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default/p/usage?from=now-8h&to=now`);
  await expect(page.getByTestId('expanded-usage')).toBeVisible();
  const link = await copied(page, 'Copy link The range moves with the clock');
  expect(link.pathname).toBe(`/t/${site.tenant}/d/default/p/usage`);
  expect(range(link)).toEqual(['now-8h', 'now']);
});

test('a range of the past has one link, to itself', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await page.getByTestId('share').click();
  await expect(page.getByRole('menuitem')).toHaveCount(1);
  await page.keyboard.press('Escape');
  const link = await copied(page, 'Copy link to this moment');
  expect(range(link).map((instant) => Date.parse(instant ?? ''))).toEqual([
    Date.parse('2026-01-05T00:00:00Z'),
    Date.parse('2026-01-05T04:00:00Z'),
  ]);
});

test('a link is copied without a secure connection too', async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.assign(navigator.clipboard, { writeText: undefined });
  });
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const link = await copied(page, 'Copy link to this moment');
  expect(link.pathname).toBe(`/t/${site.tenant}/d/default`);
  await expect(page.getByRole('status').filter({ hasText: 'Link copied.' })).toBeInViewport();
});

test('where a browser does not let a page copy, it says so to everybody, and where the address is', async ({ page, site }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    document.execCommand = () => false;
  });
  await openDashboard(page, site);
  const said = page.getByRole('status').filter({ hasText: 'take the address from its bar' });
  await page.getByTestId('share').click();
  await page.getByRole('menuitem', { name: 'Copy link to this moment' }).click();
  await expect(said).toBeInViewport();
  const box = (await said.boundingBox())!;
  expect(box.width).toBeGreaterThan(200);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.getByTestId('user-menu').click();
  await page.getByRole('menuitem', { name: 'Copy link to this moment' }).click();
  await expect(said).toBeInViewport();
  const small = (await said.boundingBox())!;
  expect(small.x).toBeGreaterThanOrEqual(0);
  expect(small.x + small.width).toBeLessThanOrEqual(390);
});

test('an empty panel says whether there is anything to wait for', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=now-15m&to=now`);
  await expect(panel(page, 'usage')).toContainText('wait for data to arrive');
  await chooseRange(page, '2020-01-01 00:00', '2020-01-02 00:00');
  await expect(panel(page, 'usage')).toContainText('Nothing was recorded then. Choose another range.');
});

test('a link holds which series are shown and what is seen as a table', async ({ page, site, browser }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const usage = panel(page, 'usage');
  await usage.getByRole('group', { name: 'Series' }).getByRole('button', { name: 'web-2' }).click();
  await expect(page).toHaveURL(/[?&]show\.usage=web-2(&|$)/);
  await usage.getByRole('heading').getByRole('link').click();
  const pressed = (scope: Locator) => scope.getByRole('group', { name: 'Series' }).locator('[aria-pressed=true]');
  await expect(pressed(page.getByTestId('expanded-usage'))).toContainText('web-2');
  await page.goBack();
  await usage.hover();
  await usage.getByTestId('panel-menu').click();
  await page.getByRole('menuitem', { name: 'View as table' }).click();
  await expect(page).toHaveURL(/[?&]as\.usage=table(&|$)/);
  const link = await copied(page, 'Copy link to this moment');

  const other = await browser.newContext();
  const guest = await other.newPage();
  await guest.goto(link.href);
  await logIn(guest, site);
  await expect(panel(guest, 'usage').getByTestId('chart-table')).toBeVisible();
  await panel(guest, 'usage').hover();
  await panel(guest, 'usage').getByTestId('panel-menu').click();
  await guest.getByRole('menuitem', { name: 'View as chart' }).click();
  await expect(pressed(panel(guest, 'usage'))).toHaveCount(1);
  await guest.goBack();
  await expect(panel(guest, 'usage').getByTestId('chart-table')).toBeVisible();
  await other.close();
});
