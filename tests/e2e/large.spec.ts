import { chooseRange, faults, logIn, openDashboard, panel } from './pages';
import { expect, type Site, test } from './site';
import type { Page } from '@playwright/test';

/** Long enough to be shown as averages. */
const WEEK = 'from=2026-01-02T00:00:00Z&to=2026-01-09T00:00:00Z';
const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';

async function open(page: Page, site: Site, path: string) {
  await page.goto(`${site.url}/t/${site.tenant}/${path}`);
  await logIn(page, site);
}

test('a click on a chart opens it large with its data beneath, and Back closes it', async ({ page, site }) => {
  const problems = faults(page);
  await open(page, site, `d/default?${RANGE}`);
  await expect(panel(page, 'usage').locator('canvas')).toBeVisible();
  await panel(page, 'usage').locator('.u-over').click({ position: { x: 120, y: 40 } });
  await expect(page).toHaveURL(/\/d\/default\/p\/usage\?from=2026-01-05/);
  const large = page.getByTestId('expanded-usage');
  await expect(large.locator('canvas')).toBeVisible();
  await expect(page.getByTestId('panel-data').getByRole('row').nth(1)).toContainText('2026-01-05 23:');
  await expect(panel(page, 'usage')).toBeHidden();
  await page.goBack();
  await expect(large).toHaveCount(0);
  await expect(panel(page, 'usage').locator('canvas')).toBeVisible();
  expect(problems).toEqual([]);
});

test('a drag over a chart zooms and does not open it', async ({ page, site }) => {
  await open(page, site, `d/default?${RANGE}`);
  const plot = panel(page, 'usage').locator('.u-over');
  await expect(plot).toBeVisible();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + 60, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + 200, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=2026-01-05T0\d/);
  await expect(page).not.toHaveURL(/\/p\//);
});

test('dragging the time axis moves the range by as much', async ({ page, site }) => {
  await open(page, site, `d/default?${RANGE}`);
  const chart = panel(page, 'usage');
  const plot = (await chart.locator('.u-over').boundingBox())!;
  const axis = (await chart.locator('.u-axis').first().boundingBox())!;
  const y = axis.y + axis.height / 2;
  await page.mouse.move(plot.x + plot.width * 0.75, y);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.25, y, { steps: 5 });
  await expect(page).toHaveURL(/from=2026-01-05T00/);
  await page.mouse.up();
  // A day is shown, and it was dragged by half of its width.
  await expect(page).toHaveURL(/from=2026-01-05T(11:5|12:0)\d.*to=2026-01-06T(11:5|12:0)\d/);
  await expect(page).not.toHaveURL(/\/p\//);
});

test('raw data shows every reading, at an address of its own', async ({ page, site }) => {
  await open(page, site, `d/default/p/usage?${WEEK}&raw=0`);
  const note = page.getByTestId('expanded-usage').locator('.note');
  await expect(note).toContainText('average');
  const first = page.getByTestId('panel-data').locator('tbody tr').first();
  const averaged = await first.innerText();
  await page.getByTestId('raw-toggle').click();
  await expect(page).toHaveURL(/raw=1/);
  await expect(note).toHaveCount(0);
  await expect(first).not.toHaveText(averaged);
  await page.reload();
  await expect(page.getByTestId('raw-toggle')).toHaveAttribute('aria-checked', 'true');
});

test('a number opens with its course', async ({ page, site }) => {
  await open(page, site, `d/default/p/latest?${RANGE}`);
  await expect(page.getByTestId('expanded-latest').getByTestId('kpi-value')).toBeVisible();
});

test('Escape closes a large chart that has the focus, once there is no cursor to take away', async ({ page, site }) => {
  await open(page, site, `d/default/p/usage?${RANGE}`);
  const chart = page.getByTestId('expanded-usage').locator('.plot');
  await expect(chart.locator('canvas')).toBeVisible();
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('chart-tooltip')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('chart-tooltip')).toHaveCount(0);
  await expect(page).toHaveURL(/\/p\/usage/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/\/p\/usage/);
});

test('a panel that is not there is said to be missing, with a way to the dashboard', async ({ page, site }) => {
  await open(page, site, 'd/default/p/nonsense');
  await expect(page.getByRole('heading', { name: 'There is no such panel' })).toBeVisible();
  await page.getByRole('link', { name: 'To the dashboard' }).click();
  await expect(panel(page, 'usage')).toBeVisible();
});

test('a report is one panel without a frame, dark on white when it is printed', async ({ page, site }) => {
  await open(page, site, `r/usage?${RANGE}`);
  const report = page.getByTestId('report');
  await expect(report.locator('canvas')).toBeVisible();
  await expect(report).toContainText('5 Jan 2026');
  await expect(page.getByTestId('range-button')).toHaveCount(0);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(report.getByRole('button', { name: 'Print' })).toBeHidden();
  const row = report.locator('tbody tr').last();
  await expect(row).toBeVisible();
});

test('the keyboard alone leads to a panel and back', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('palette')).toBeVisible();
  const title = await panel(page, 'usage').getByRole('heading').innerText();
  await page.keyboard.type(`panel ${title.toLowerCase()}`);
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/p\/usage/);
  await expect(page.getByTestId('way-back')).toBeFocused();
  await page.keyboard.press('?');
  await expect(page.getByTestId('keys')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toHaveCount(0);
  await expect(page).toHaveURL(/\/p\/usage/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/\/p\//);
});

test('letters typed into a field are no shortcuts', async ({ page, site }) => {
  await openDashboard(page, site);
  const theme = await page.locator('html').getAttribute('data-theme');
  await page.getByTestId('range-button').click();
  await page.getByLabel('Search ranges').pressSequentially('rzt?');
  await expect(page.getByTestId('keys')).toHaveCount(0);
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme!);
});

test('closing a panel is a step back to where it was opened', async ({ page, site }) => {
  await page.setViewportSize({ width: 1024, height: 500 });
  await open(page, site, `d/default?${RANGE}`);
  const title = panel(page, 'highest').getByRole('heading').getByRole('link');
  const close = {
    'the escape key': () => page.keyboard.press('Escape'),
    'the arrow over the panel': () => page.getByTestId('way-back').click(),
    'the browser’s own way back': () => page.goBack(),
  };
  for (const [name, act] of Object.entries(close)) {
    await title.scrollIntoViewIfNeeded();
    await expect(panel(page, 'highest').getByRole('row').nth(1)).toBeVisible();
    await page.evaluate(() => scrollTo(0, 250));
    const before = await page.evaluate(() => scrollY);
    expect(before).toBeGreaterThan(100);
    await title.press('Enter');
    await expect(page.getByTestId('expanded-highest')).toBeVisible();
    await act();
    await expect(page.getByTestId('expanded-highest')).toHaveCount(0);
    await expect(title, name).toBeFocused();
    await expect.poll(() => page.evaluate(() => scrollY), name).toBe(before);
    // The panel is ahead, not behind.
    await page.goForward();
    await expect(page.getByTestId('expanded-highest'), name).toBeVisible();
    await page.goBack();
    await expect(page.getByTestId('expanded-highest')).toHaveCount(0);
  }
  // What was changed meanwhile is kept.
  await title.press('Enter');
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/d\/default\?.*to=2026-01-05T04/);
});
