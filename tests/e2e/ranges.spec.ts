import { chooseRange, faults, openDashboard, panel } from './pages';
import { expect, test } from './site';

const board = (site: { url: string; tenant: string }, query = '') => `${site.url}/t/${site.tenant}/d/default${query}`;

test('the zone can be changed after a range was used, and the page goes on', async ({ page, site }) => {
  const problems = faults(page);
  await openDashboard(page, site);
  await chooseRange(page, 'now-6h', 'now');
  await expect(page).toHaveURL(/from=now-6h/);
  await page.getByTestId('range-button').click();
  await expect(page.getByText('Recently used')).toBeVisible();
  const foot = page.getByRole('dialog', { name: 'Time range' });
  const before = await foot.textContent();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(foot).not.toHaveText(before ?? '');
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await expect(page).toHaveURL(/from=now-7d/);
  await expect(page.getByTestId('range-button')).toContainText('Last 7 days');
  expect(problems).toEqual([]);
});

test('a page whose code gave up says so', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.evaluate(() => void setTimeout(() => Promise.reject(new WebAssembly.RuntimeError('unreachable'))));
  await expect(page.getByRole('alert').filter({ hasText: 'The page stopped' })).toBeVisible();
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(panel(page, 'usage')).toBeVisible();
  await expect(page.getByText('The page stopped')).toHaveCount(0);
});

test('a refused range shows why, and no other range’s data under its name', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
  await chooseRange(page, '1990-01-01', 'now');
  const error = panel(page, 'latest').getByTestId('panel-error');
  await expect(error).toContainText('This range cannot be shown');
  await expect(error).toContainText('longer than 20 years');
  await expect(error.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toHaveCount(0);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
});

test('a range in the address that is none is said to be none and taken away', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(board(site, '?from=banana&to=now'));
  await expect(page.getByTestId('range-fault')).toContainText('The address names no range');
  await expect(page).not.toHaveURL(/banana/);
  await page.getByTestId('range-fault').getByRole('button', { name: 'Close' }).click();
  await expect(page.getByTestId('range-fault')).toHaveCount(0);
});

test('where there is no dashboard there is no range to choose, and the tab says so', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(board(site).replace('/default', '/nonsense'));
  await expect(page.getByRole('heading', { name: 'There is no such dashboard' })).toBeVisible();
  await expect(page).toHaveTitle('Not found · Porthole');
  await expect(page.getByTestId('range-button')).toHaveCount(0);
});

test('the plugins of a tenant that is not open are no dead end', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.other.tenant}/plugins`);
  await expect(page.getByRole('heading', { name: 'This tenant is not open to you' })).toBeVisible();
  await page.getByRole('link', { name: 'To Our servers' }).click();
  await expect(panel(page, 'usage')).toBeVisible();
});

test('the whole head of a column sorts', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-06 00:00');
  const head = panel(page, 'highest').locator('th[aria-sort]').first();
  await expect(head).toBeVisible();
  const before = await head.getAttribute('aria-sort');
  const box = await head.boundingBox();
  if (!box) throw new Error('the head has no place');
  await page.mouse.click(box.x + box.width - 3, box.y + 4);
  await expect(head).not.toHaveAttribute('aria-sort', before ?? '');
});
