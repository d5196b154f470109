// Without a mouse: everything that is looked at and used all day.

import { expect, type Locator, type Page } from '@playwright/test';

import { panel } from './pages';
import { test } from './site';

/** Presses Tab until an element has the focus, which must happen within so many presses. */
async function tabTo(page: Page, wanted: Locator, most = 60, key = 'Tab') {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press(key);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${most} presses of ${key} do not lead to ${wanted}`);
}

/** Whether what has the focus can be told from what has not. */
async function isMarked(page: Page) {
  return page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  });
}

test('a dashboard is used from login to a sorted table without a mouse', async ({ page, site }) => {
  test.setTimeout(120_000);
  await page.goto(site.url);
  await expect(page.getByLabel('Email')).toBeFocused();
  await page.keyboard.type(site.email);
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Password')).toBeFocused();
  await page.keyboard.type(site.password);
  await page.keyboard.press('Enter');
  await expect(panel(page, 'usage')).toBeVisible();

  // The range: opened, typed, applied; the focus is not lost.
  const range = page.getByTestId('range-button');
  await tabTo(page, range);
  expect(await isMarked(page)).toBe(true);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('From', { exact: true })).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('2026-01-05 00:00');
  await tabTo(page, page.getByLabel('To', { exact: true }), 3);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('2026-01-06 00:00');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z/);

  // A chart: its points, one by one.
  const usage = panel(page, 'usage');
  await expect(usage.locator('canvas')).toBeVisible();
  await tabTo(page, usage.locator('.plot'));
  await page.keyboard.press('End');
  const tip = usage.getByTestId('chart-tooltip');
  await expect(tip).toContainText('23:55');
  await page.keyboard.press('ArrowLeft');
  await expect(tip).toContainText('23:50');
  await page.keyboard.press('Home');
  await expect(tip).toContainText('00:00');
  await page.keyboard.press('Escape');
  await expect(tip).toHaveCount(0);

  // Its menu: as a table and back.
  const menu = usage.getByTestId('panel-menu');
  await tabTo(page, menu, 20, 'Shift+Tab');
  await expect(menu).toBeVisible();
  await page.keyboard.press('Enter');
  const items = usage.getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  const asTable = usage.getByRole('menuitem', { name: 'View as table' });
  for (let presses = 0; !(await asTable.evaluate((item) => item === document.activeElement)); presses++) {
    expect(presses).toBeLessThan(await items.count());
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await expect(usage.getByTestId('chart-table')).toBeVisible();

  // A table: sorted by a key on its head.
  const highest = panel(page, 'highest');
  const first = highest.getByRole('row').nth(1);
  await expect(first).toBeVisible();
  const before = await first.innerText();
  const server = highest.getByRole('columnheader', { name: /Usage/ });
  await tabTo(page, server.getByRole('button'));
  await page.keyboard.press('Enter');
  await expect(server).toHaveAttribute('aria-sort', 'ascending');
  await expect(first).not.toHaveText(before);

  // Legends, menus and lists that scroll are all reached: nothing that can be clicked is left out.
  const unreachable = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a[href], input, [role=button]')]
      .filter((element) => element.tabIndex < 0 && element.checkVisibility() && !element.closest('[aria-hidden=true]'))
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  expect(unreachable).toEqual([]);
});
