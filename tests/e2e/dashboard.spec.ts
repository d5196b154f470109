import { chooseRange, faults, openDashboard, panel } from './pages';
import { means, type Reading, within } from './readings';
import { expect, type Site, test } from './site';
import type { Locator, Page } from '@playwright/test';

const at = (text: string) => Date.parse(`${text.replace(' ', 'T')}:00Z`);

/** The newest reading before an instant, of any server. */
function latest(site: Site, start: number, end: number): Reading[] {
  const all = [...site.readings.values()].flatMap((readings) => within(readings, start, end));
  const newest = Math.max(...all.map(({ instant }) => instant));
  return all.filter(({ instant }) => instant === newest);
}

async function number(locator: Locator): Promise<number> {
  return Number.parseFloat(((await locator.textContent()) ?? '').replaceAll(/[^\d.-]/g, ''));
}

/** Shows a chart's data as a table and reads all its pages: a row per instant, a column per series. */
async function chartTable(page: Page, id: string): Promise<{ header: string[]; rows: string[][] }> {
  const chart = panel(page, id);
  // Once chosen it stands in the address.
  if (!page.url().includes(`as.${id}=table`)) {
    await chart.hover();
    await chart.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: /table/i }).click();
  }
  const table = chart.getByRole('table');
  await expect(table).toBeVisible();
  const read = () =>
    table.evaluate((element) => {
      const texts = (row: Element) => [...row.querySelectorAll('th,td')].map((cell) => (cell.textContent ?? '').trim());
      const [header, ...rows] = [...element.querySelectorAll('tr')].map(texts);
      return { header: header ?? [], rows };
    });
  const all = await read();
  const next = chart.getByRole('button', { name: 'Next page' });
  for (let last = all; (await next.isVisible()) && (await next.isEnabled()); ) {
    const before = last.rows[0][0];
    await next.click();
    await expect(table.locator('tbody tr').first()).not.toContainText(before);
    last = await read();
    all.rows.push(...last.rows);
  }
  return all;
}

/** Compares a column of the table with what it must show, to the precision that the table shows. */
function compare(table: { header: string[]; rows: string[][] }, server: string, expected: Reading[]) {
  const column = table.header.findIndex((title) => title.includes(server));
  expect(column, `a column for ${server} in ${table.header.join(', ')}`).toBeGreaterThan(0);
  const found = table.rows.map((row) => row[column] ?? '').filter((cell) => cell !== '' && cell !== '–' && cell !== '—');
  expect(found).toHaveLength(expected.length);
  // The table may have the newest first.
  const values = found.map((cell) => Number.parseFloat(cell.replaceAll(/[^\d.-]/g, '')));
  const wanted = expected.map(({ value }) => value);
  const difference = (a: number[], b: number[]) => Math.max(...a.map((value, index) => Math.abs(value - b[index])));
  const least = Math.min(difference(values, wanted), difference(values, wanted.toReversed()));
  expect(least, `${server}: ${values.slice(0, 5)} … for ${wanted.slice(0, 5)} …`).toBeLessThanOrEqual(0.0051);
}

test('a changed range shows the right numbers', async ({ page, site }) => {
  const problems = faults(page);
  await openDashboard(page, site);

  for (const [from, to, bucket] of [
    ['2026-01-05 00:00', '2026-01-05 04:00', undefined],
    ['2026-01-04 06:00', '2026-01-07 06:00', 600],
    ['2026-01-02 00:00', '2026-01-09 00:00', 3600],
  ] as const) {
    await chooseRange(page, from, to);
    const [start, end] = [at(from), at(to)];

    const values = latest(site, start, end).map(({ value }) => value);
    const kpi = panel(page, 'latest').getByTestId('kpi-value');
    await expect(async () => expect(values).toContain(await number(kpi)), `the latest of ${from} to ${to}`).toPass();

    const table = await chartTable(page, 'usage');
    for (const [server, readings] of site.readings) {
      const inRange = within(readings, start, end);
      compare(table, server, bucket ? means(inRange, bucket) : inRange);
    }
    await page.reload();
    await expect(panel(page, 'usage')).toBeVisible();
  }
  expect(problems).toEqual([]);
});

test('the address holds the range, and Back returns to the one before', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  const kpi = panel(page, 'latest').getByTestId('kpi-value');
  const first = latest(site, at('2026-01-05 00:00'), at('2026-01-05 04:00')).map(({ value }) => value);
  await expect(async () => expect(first).toContain(await number(kpi))).toPass();
  const address = page.url();

  await chooseRange(page, '2026-01-06 00:00', '2026-01-06 04:00');
  const second = latest(site, at('2026-01-06 00:00'), at('2026-01-06 04:00')).map(({ value }) => value);
  await expect(async () => expect(second).toContain(await number(kpi))).toPass();
  expect(page.url()).not.toBe(address);

  await page.goBack();
  await expect(page).toHaveURL(address);
  await expect(async () => expect(first).toContain(await number(kpi))).toPass();
});

test('every server is listed with its state, and the highest readings with theirs', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-02 00:00', '2026-01-09 00:00');
  for (const server of site.readings.keys()) {
    await expect(panel(page, 'servers')).toContainText(server);
  }
  const all = [...site.readings.values()].flatMap((readings) =>
    within(readings, at('2026-01-02 00:00'), at('2026-01-09 00:00')),
  );
  const highest = Math.max(...all.map(({ value }) => value));
  await expect(panel(page, 'highest').getByRole('row').nth(1)).toContainText(String(highest));
});

test('a range without readings says so, and is no zero', async ({ page, site }) => {
  await openDashboard(page, site);
  await chooseRange(page, '2020-01-01 00:00', '2020-01-02 00:00');
  await expect(panel(page, 'usage')).toContainText(/no data/i);
  await expect(panel(page, 'latest')).not.toContainText(/\b0(\.0+)?\b/);
});
