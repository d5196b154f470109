// What fingers do on a phone, where nothing hovers and no key can be held down.

import type { Browser, Locator, Page } from '@playwright/test';

import { openDashboard, panel } from './pages';
import { expect, type Site, test } from './site';

const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';

async function phone(browser: Browser, site: Site) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?${RANGE}`);
  return { context, page, finger: await finger(page) };
}

/** One finger, moved by the test. */
async function finger(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  return {
    down: (x: number, y: number) => touch('touchStart', [{ x, y }]),
    move: async (x: number, y: number, to: number) => {
      for (let step = 1; step <= 5; step++) await touch('touchMove', [{ x: x + ((to - x) * step) / 5, y }]);
    },
    up: () => touch('touchEnd', []),
  };
}

async function middle(element: Locator) {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} has no place`);
  return { ...box, across: box.x + box.width / 2, down: box.y + box.height / 2 };
}

test('a finger over a chart reads its values, and after a moment selects a range', async ({ browser, site }) => {
  const { context, page, finger } = await phone(browser, site);
  const usage = panel(page, 'usage');
  const over = usage.locator('.u-over');
  await expect(usage.locator('canvas')).toBeVisible();
  const at = await middle(over);
  const tip = usage.getByTestId('chart-tooltip');

  await finger.down(at.x + 40, at.down);
  await finger.move(at.x + 40, at.down, at.x + at.width / 4);
  await expect(tip).toContainText('5 Jan 2026');
  const first = await tip.innerText();
  await finger.move(at.x + at.width / 4, at.down, at.across);
  await expect(tip).not.toHaveText(first);
  await finger.up();
  await expect(tip, 'it stays to be read').toBeVisible();
  // Neither the axis nor what is under the finger is covered, wherever that is.
  for (const share of [0.02, 0.3, 0.7, 0.98]) {
    const x = at.x + at.width * share;
    await finger.down(at.across, at.down);
    await finger.move(at.across, at.down, x);
    await expect(tip).toBeVisible();
    await finger.up();
    const [place, chart] = [await tip.boundingBox(), await over.boundingBox()];
    expect(place!.x, `at ${share}`).toBeGreaterThanOrEqual(chart!.x - 1);
    expect(place!.x + place!.width, `at ${share}`).toBeLessThanOrEqual(390);
    expect(place!.y + place!.height, `at ${share}`).toBeLessThan(at.down - 20);
    expect(place!.y, `at ${share}`).toBeGreaterThanOrEqual(0);
  }
  expect(page.url()).not.toContain('/p/');
  await panel(page, 'latest').getByTestId('panel-menu').tap();
  await expect(tip).toHaveCount(0);
  await page.keyboard.press('Escape');

  const again = await middle(over);
  await finger.down(again.x + again.width / 4, again.down);
  await expect(over).toHaveClass(/held/);
  await finger.move(again.x + again.width / 4, again.down, again.x + (again.width * 3) / 4);
  await expect(over.locator('.u-select').or(usage.locator('.u-select'))).toBeVisible();
  await finger.up();
  // A day is shown, and its middle half was selected.
  await expect(page).toHaveURL(/from=2026-01-05T0[56]:.*to=2026-01-05T1[78]:/);
  expect(page.url()).not.toContain('/p/');

  // One that stayed and selects nothing opens nothing either.
  await expect(usage.locator('canvas')).toBeVisible();
  const held = await middle(over);
  await finger.down(held.across, held.down);
  await expect(over).toHaveClass(/held/);
  await finger.up();
  await expect(over).not.toHaveClass(/held/);
  await panel(page, 'latest').getByTestId('panel-menu').tap();
  await expect(page.getByRole('menu')).toBeVisible();
  expect(page.url()).not.toContain('/p/');
  await context.close();
});

test('a finger that stays hides one series, and sorts by one more column', async ({ browser, site }) => {
  const { context, page, finger } = await phone(browser, site);
  const first = panel(page, 'usage').getByRole('group', { name: 'Series' }).getByRole('button').first();
  await expect(first).toHaveAttribute('aria-pressed', 'true');
  const legend = await middle(first);
  await finger.down(legend.across, legend.down);
  await expect(first).toHaveAttribute('aria-pressed', 'false');
  await finger.up();
  await expect(page).toHaveURL(/[?&]hide\.usage=/);
  await expect(first).toHaveAttribute('aria-pressed', 'false');
  await first.tap();
  await expect(page, 'a tap isolates').toHaveURL(/[?&]show\.usage=/);

  const table = panel(page, 'highest');
  const head = table.getByRole('columnheader', { name: 'Time' });
  const sort = await middle(head.getByRole('button'));
  await finger.down(sort.across, sort.down);
  await expect(page).toHaveURL(/[?&]sort\.highest=-value,timestamp/);
  await finger.up();
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await context.close();
});
