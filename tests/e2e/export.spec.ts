// What a panel shows, kept as a file by the browser.

import { readFile } from 'node:fs/promises';

import { chooseRange, openDashboard, panel } from './pages';
import { within } from './readings';
import { expect, type Site, test } from './site';
import type { Page } from '@playwright/test';

const [START, END] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 5, 4)];

async function exported(page: Page, id: string, format: 'CSV' | 'JSON') {
  await panel(page, id).hover();
  await panel(page, id).getByTestId('panel-menu').click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: `Export ${format}` }).click();
  const file = await download;
  // Which range it is of, so that two files can be told apart.
  expect(file.suggestedFilename()).toBe(`${id}_2026-01-05T0000_2026-01-05T0400.${format.toLowerCase()}`);
  return readFile(await file.path(), 'utf8');
}

function expected(site: Site) {
  return [...site.readings].flatMap(([server, readings]) =>
    within(readings, START, END).map(({ instant, value }) => `${server} ${new Date(instant).toISOString()} ${value}`),
  );
}

test('a chart is exported with every point that it shows', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await expect(panel(page, 'usage').locator('canvas')).toBeVisible();
  const [head, ...lines] = (await exported(page, 'usage', 'CSV')).trim().split(/\r?\n/);
  const columns = head.split(',');
  const place = (name: RegExp) => columns.findIndex((column) => name.test(column));
  const [when, series, value] = [place(/time|instant/i), place(/series|label/i), place(/value/i)];
  expect(Math.min(when, series, value), head).toBeGreaterThanOrEqual(0);
  const found = lines.map((line) => line.split(',')).map((cells) => `${cells[series]} ${new Date(cells[when]).toISOString()} ${Number(cells[value])}`);
  expect(found.toSorted()).toEqual(expected(site).toSorted());
});

test('a table is exported as it is sorted and filtered, all pages of it', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const table = panel(page, 'highest');
  await expect(table.getByRole('row').nth(1)).toBeVisible();
  await table.getByRole('button', { name: 'Filter columns' }).click();
  await table.getByLabel('Filter Server').fill('web-2');
  await expect(table.locator('tbody')).not.toContainText('web-1');
  const rows = JSON.parse(await exported(page, 'highest', 'JSON')) as Record<string, unknown>[];
  const values = within(site.readings.get('web-2')!, START, END).map(({ value }) => value);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(Object.values(row)).toContain('web-2');
    expect(values).toContain(Object.values(row).find((cell) => typeof cell === 'number'));
  }
});

test('an export that fails says so beside the heading, and the panel stays as it is', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const latest = panel(page, 'latest');
  const value = latest.getByTestId('kpi-value');
  await expect(value).toBeVisible();
  const before = await value.innerText();
  const up = await site.down();
  try {
    await latest.hover();
    await latest.getByTestId('panel-menu').click();
    await page.getByRole('menuitem', { name: 'Export CSV' }).click();
    await expect(latest.getByRole('alert')).toContainText('export failed');
    await expect(value).toHaveText(before);
  } finally {
    await up();
  }
});
