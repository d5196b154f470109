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
  await page.getByTestId('change-zone').click();
  await page.getByLabel('Search zones').fill('new york');
  await page.getByRole('button', { name: 'America/New York' }).click();
  await expect(foot).not.toHaveText(before ?? '');
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await expect(page).toHaveURL(/from=now-7d/);
  await expect(page.getByTestId('range-button')).toContainText('Last 7 days');
  expect(problems).toEqual([]);
});

test('the first that a search finds is taken with Enter, be it a range or a zone', async ({ page, site }) => {
  await openDashboard(page, site);
  const button = page.getByTestId('range-button');
  await button.click();
  await page.getByLabel('Search ranges').fill('6h');
  await page.keyboard.press('Enter');
  await expect(button).toContainText('Last 6 hours');
  await expect(page).toHaveURL(/from=now-6h/);
  await button.click();
  await page.getByTestId('change-zone').click();
  await page.getByLabel('Search zones').fill('tokyo');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/tz=Asia/);
});

test('a page whose code gave up says so', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.evaluate(() => void setTimeout(() => Promise.reject(new WebAssembly.RuntimeError('unreachable'))));
  await expect(page.getByRole('alert').filter({ hasText: 'The page stopped' })).toBeVisible();
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(panel(page, 'usage')).toBeVisible();
  await expect(page.getByText('The page stopped')).toHaveCount(0);
});

test('a page whose code gave up on a wall reloads by itself, but not again and again', async ({ page, site }) => {
  await page.clock.install();
  await openDashboard(page, site);
  const stopped = page.getByRole('alert').filter({ hasText: 'The page stopped' });
  const stop = async () => {
    await page.evaluate(() => {
      Object.assign(window, { before: true });
      setTimeout(() => Promise.reject(new WebAssembly.RuntimeError('unreachable')));
    });
    await expect(stopped).toBeVisible();
  };
  const isBefore = () => page.evaluate(() => 'before' in window);
  await stop();
  await expect(stopped).toContainText('It reloads by itself');
  await page.clock.fastForward(16_000);
  await expect(stopped).toHaveCount(0);
  await expect(panel(page, 'usage')).toBeVisible();
  expect(await isBefore()).toBe(false);

  await stop();
  await expect(stopped).not.toContainText('It reloads by itself');
  await page.clock.fastForward(60_000);
  expect(await isBefore()).toBe(true);
  await expect(stopped).toBeVisible();
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

test('the zone is remembered, is in the address of whoever chose one, and all labels follow it', async ({ page, site, browser }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await expect(page).not.toHaveURL(/tz=/);
  await page.getByTestId('range-button').click();
  await page.getByTestId('change-zone').click();
  await page.getByLabel('Search zones').fill('kathmandu');
  await page.getByTestId('zones').getByRole('button').click();
  await expect(page.getByLabel('From', { exact: true })).toHaveValue('2026-01-05 05:45');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/tz=Asia\/Kathmandu|tz=Asia\/Katmandu/);
  await expect(page.getByTestId('range-button')).toContainText('UTC+5:45');
  const cells = panel(page, 'highest').locator('tbody td:first-child');
  await expect(cells.first()).toHaveText(/^2026-01-05 0[5-9]:/);

  const table = panel(page, 'usage');
  await table.hover();
  const saved = page.waitForEvent('download');
  await table.getByTestId('panel-menu').click();
  await page.getByRole('menuitem', { name: 'Export CSV' }).click();
  expect((await saved).suggestedFilename()).toBe('usage_2026-01-05T0545_2026-01-05T0945.csv');

  // Whoever gets the link sees the same times, and keeps their own zone elsewhere.
  const other = await browser.newContext({ timezoneId: 'Europe/Berlin' });
  const guest = await other.newPage();
  await guest.goto(page.url());
  await guest.getByLabel('Email').fill(site.email);
  await guest.getByLabel('Password').fill(site.password);
  await guest.getByRole('button', { name: 'Log in' }).click();
  await expect(panel(guest, 'highest').locator('tbody td:first-child').first()).toHaveText(/^2026-01-05 0[5-9]:/);
  await guest.goto(board(site, '?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z'));
  await expect(guest.getByTestId('range-button')).toContainText('01:00 → 05:00');
  await other.close();

  // It is this reader's choice from now on.
  await page.goto(board(site, '?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z'));
  await expect(page.getByTestId('range-button')).toContainText('05:45 → 09:45');
  await expect(page).toHaveURL(/tz=Asia/);
});

test('on a phone the popover stays on the screen, its calendar and its zones too', async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openDashboard(page, site);
  await page.getByTestId('range-button').click();
  const pop = page.getByRole('dialog', { name: 'Time range' });
  const isOnScreen = async () => {
    const box = await pop.boundingBox();
    expect(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, JSON.stringify(box)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  };
  await isOnScreen();
  await page.getByRole('button', { name: 'Pick From' }).click();
  await expect(page.getByTestId('calendar')).toBeVisible();
  await isOnScreen();
  await page.getByRole('button', { name: 'Month before' }).click();
  await page.getByTestId('calendar').getByText('15', { exact: true }).click();
  await expect(page.getByLabel('From', { exact: true })).toHaveValue(/^\d{4}-\d\d-15 00:00$/);
  await page.getByTestId('change-zone').click();
  await expect(page.getByLabel('Search zones')).toBeFocused();
  await isOnScreen();
});

test('what is typed into the fields may be a date, a moment with an offset, or relative, and a fault stands at its field', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, 'now-6h', 'tomorrow');
  await expect(page.locator('#range-to-fault')).toContainText('Write it as now-24h');
  await expect(page.getByLabel('To', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('To', { exact: true }).fill('now');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/from=now-6h&to=now/);
  await chooseRange(page, '2026-01-05', '2026-01-05T06:00+02:00');
  await expect(page).toHaveURL(/from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z/);
});
