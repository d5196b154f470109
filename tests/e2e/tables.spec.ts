// Tables: what is asked of one stands in the address, a large one has room, and paper has no pages to turn.

import { chooseRange, faults, logIn, openDashboard, panel } from './pages';
import { expect, type Site, test } from './site';
import type { Page } from '@playwright/test';

const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';

async function open(page: Page, site: Site, path: string) {
  await page.goto(`${site.url}/t/${site.tenant}/${path}`);
  await logIn(page, site);
}

test('the order and the page of a table survive a reload, a link and Back', async ({ page, site, browser }) => {
  const problems = faults(page);
  await open(page, site, `d/default?${RANGE}`);
  const table = panel(page, 'highest');
  const head = (name: string) => table.getByRole('columnheader', { name });
  await expect(head('Usage, %')).toHaveAttribute('aria-sort', 'descending');
  expect(page.url()).not.toContain('highest');

  await head('Time').getByRole('button').click();
  await expect(page).toHaveURL(/[?&]sort\.highest=timestamp(&|$)/);
  await expect(head('Time')).toHaveAttribute('aria-sort', 'ascending');
  await table.getByRole('button', { name: 'Next page' }).click();
  await expect(page).toHaveURL(/[?&]page\.highest=2(&|$)/);
  await expect(table.locator('.pager')).toContainText('26–50 of 50');
  const rows = (await table.locator('tbody').textContent()) ?? '';

  await page.reload();
  await expect(table.locator('.pager')).toContainText('26–50 of 50');
  await expect(head('Time')).toHaveAttribute('aria-sort', 'ascending');
  await expect(table.locator('tbody')).toHaveText(rows);

  // Whoever gets the link sees the same.
  const other = await browser.newContext({ timezoneId: 'UTC' });
  const guest = await other.newPage();
  await guest.goto(page.url());
  await logIn(guest, site);
  await expect(panel(guest, 'highest').locator('.pager')).toContainText('26–50 of 50');
  await other.close();

  await page.goBack();
  await expect(table.locator('.pager')).toContainText('1–25 of 50');
  await expect(head('Time')).toHaveAttribute('aria-sort', 'ascending');
  await page.goBack();
  await expect(head('Usage, %')).toHaveAttribute('aria-sort', 'descending');

  // Another range has other rows: its first page.
  await page.goForward();
  await page.goForward();
  await expect(page).toHaveURL(/page\.highest=2/);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 12:00');
  await expect(page).toHaveURL(/sort\.highest=timestamp/);
  await expect(page).not.toHaveURL(/page\.highest/);
  expect(problems).toEqual([]);
});

test('a table that is opened large keeps its order, shows all its rows, and the way back leads to the page before', async ({ page, site }) => {
  await open(page, site, `d/default?${RANGE}&sort.highest=timestamp&page.highest=2`);
  await expect(panel(page, 'highest').locator('.pager')).toContainText('26–50 of 50');
  await panel(page, 'highest').getByRole('link').click();
  const large = page.getByTestId('expanded-highest');
  await expect(large.getByRole('columnheader', { name: 'Time' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(large.locator('tbody tr')).toHaveCount(50);
  const node = await large.elementHandle();
  await large.getByRole('columnheader', { name: 'Server' }).getByRole('button').click();
  await expect(page).toHaveURL(/\/p\/highest\?.*sort\.highest=series/);
  await expect(large.getByRole('columnheader', { name: 'Server' })).toHaveAttribute('aria-sort', 'ascending');
  // Only the table follows: the page around it is the same as before.
  expect(await node?.evaluate((element) => element.isConnected)).toBe(true);
  await expect(large.getByRole('link', { name: 'Report' })).toHaveAttribute('href', /r\/highest\?.*sort\.highest=series/);
  await page.getByTestId('way-back').click();
  await expect(panel(page, 'highest').getByRole('columnheader', { name: 'Server' })).toHaveAttribute('aria-sort', 'ascending');
});

test('a printed report has all rows of a short table, and says of a long one which they are', async ({ page, site }) => {
  await open(page, site, `r/highest?${RANGE}`);
  const report = page.getByTestId('report');
  await expect(report.locator('tbody tr')).toHaveCount(50);
  await page.emulateMedia({ media: 'print' });
  await expect(report.getByText('The export has all of them.')).toHaveCount(0);

  await page.goto(`${site.url}/t/${site.tenant}/r/usage?from=2026-01-02T00:00:00Z&to=2026-01-09T00:00:00Z&raw=1`);
  await expect(report.locator('tbody tr')).toHaveCount(500);
  await expect(report.locator('.pager')).toContainText(/1–500 of [\d,]+/);
  await expect(report.getByText('The export has all of them.')).toBeVisible();
  await page.emulateMedia({ media: 'screen' });
  await expect(report.getByText('The export has all of them.')).toBeHidden();
});

test('a number that is opened large says when it was measured and what it was before', async ({ page, site }) => {
  await open(page, site, `d/default?${RANGE}`);
  await panel(page, 'latest').getByTestId('kpi-value').click();
  await expect(page).toHaveURL(/\/p\/latest/);
  const facts = page.getByTestId('kpi-facts');
  await expect(facts).toContainText('Mon 5 Jan 2026, 23:55');
  await expect(facts).toContainText('At the end of the period before');
});

test('a table with the page for itself cuts no text off, on a phone neither', async ({ page, site }) => {
  const message = 'payment refused by the bank of the customer after three attempts, the last of them at '.repeat(3) + 'x'.repeat(90);
  await page.route('**/panels/highest/data**', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    answer.view.rows[0][1] = message;
    await route.fulfill({ response, json: answer });
  });
  await open(page, site, `d/default?${RANGE}`);
  const isCut = (element: Element) => element.scrollWidth > element.clientWidth;
  const small = panel(page, 'highest').getByRole('cell', { name: message });
  await small.scrollIntoViewIfNeeded();
  expect(await small.evaluate(isCut)).toBe(true);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of [`d/default/p/highest?${RANGE}`, `r/highest?${RANGE}`]) {
      await page.goto(`${site.url}/t/${site.tenant}/${path}`);
      const cell = page.getByRole('cell', { name: message }).filter({ visible: true });
      await expect(cell).toBeVisible();
      expect(await cell.evaluate(isCut), `${path} at ${width}`).toBe(false);
      expect((await cell.boundingBox())!.width, `${path} at ${width}`).toBeGreaterThanOrEqual(220);
      // What is short stays on its line.
      const time = page.getByRole('cell', { name: '2026-01-05' }).filter({ visible: true }).first();
      expect(await time.evaluate((element) => getComputedStyle(element).whiteSpace)).toBe('nowrap');
    }
  }
});
