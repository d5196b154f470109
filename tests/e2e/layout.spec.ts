import { chooseRange, faults, openDashboard, panel } from './pages';
import { within } from './readings';
import { expect, test } from './site';
import type { Page } from '@playwright/test';

test('a phone shows every panel without scrolling sideways', async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openDashboard(page, site);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
  for (const id of ['usage', 'latest', 'servers', 'highest']) {
    await panel(page, id).scrollIntoViewIfNeeded();
    await expect(panel(page, id)).toBeVisible();
  }
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content).toBeLessThanOrEqual(window);
});

for (const scheme of ['dark', 'light'] as const) {
  test(`the ${scheme} theme is readable`, async ({ page, site }) => {
    const problems = faults(page);
    await page.emulateMedia({ colorScheme: scheme });
    // The theme is the reader's choice; `system` follows the machine.
    await page.addInitScript(() => localStorage.setItem('porthole.theme', 'system'));
    await openDashboard(page, site);
    await chooseRange(page, '2026-01-05 00:00', '2026-01-05 04:00');
    await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();

    const title = panel(page, 'usage').getByRole('heading');
    const contrast = await title.evaluate((element) => {
      const channel = (value: number) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      };
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
      const paint = (colors: string[]) => {
        canvas.clearRect(0, 0, 1, 1);
        for (const color of colors) {
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
        return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
      };
      const backgrounds: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) {
        backgrounds.unshift(getComputedStyle(at).backgroundColor);
      }
      const background = paint(backgrounds);
      const text = paint([...backgrounds, getComputedStyle(element).color]);
      return { background, ratio: (Math.max(background, text) + 0.05) / (Math.min(background, text) + 0.05) };
    });
    expect(contrast.ratio).toBeGreaterThanOrEqual(4.5);
    expect(contrast.background < 0.5 ? 'dark' : 'light').toBe(scheme);
    expect(problems).toEqual([]);
  });
}

test('what the bar has no room for on a phone is in the menu of the reader, large enough for a finger', async ({ browser, site }) => {
  const phone = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await phone.newPage();
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=now-2h&to=now`);
  await expect(panel(page, 'usage')).toBeVisible();

  const choose = async (name: string, role: 'menuitem' | 'menuitemradio' = 'menuitem') => {
    await page.getByTestId('user-menu').tap();
    const item = page.getByRole(role, { name, exact: true });
    expect((await item.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await item.tap();
  };
  const asked = page.waitForRequest((request) => request.url().includes('/panels/usage/data') && request.url().includes('fresh=true'));
  await choose('Refresh all panels');
  await asked;
  await choose('Zoom out');
  await expect(page).toHaveURL(/from=now-4h/);
  await page.getByTestId('range-button').tap();
  const [foot, from] = await Promise.all([page.locator('.range-pop .foot').boundingBox(), page.getByLabel('From', { exact: true }).boundingBox()]);
  expect(foot!.y, 'whose time it is stands over the fields').toBeLessThan(from!.y);
  await page.keyboard.press('Escape');
  await choose('Copy link to this moment');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('/d/default?from=20');
  await choose('30 s', 'menuitemradio');
  await expect(page).toHaveURL(/refresh=30s/);

  // What looks smaller answers around itself.
  const menu = panel(page, 'usage').getByRole('button', { name: /^Menu of/ });
  const box = await menu.boundingBox();
  if (!box) throw new Error('the menu has no place');
  await page.touchscreen.tap(box.x + box.width / 2, box.y - 6);
  await expect(page.getByRole('menuitem', { name: 'Report' })).toBeVisible();
  await phone.close();
});

test('why a thing is down is read under the pointer, with the keyboard and by a finger, and moves nothing', async ({ page, site, browser }) => {
  const WHY = 'connection refused by 10.2.0.14:8443';
  const explain = (page: Page) =>
    page.route('**/panels/servers/data**', async (route) => {
      const response = await route.fetch();
      const answer = await response.json();
      answer.view.items[0].message = WHY;
      await route.fulfill({ response, json: answer });
    });
  const range = 'from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z';
  await explain(page);
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?${range}`);
  const items = panel(page, 'servers').getByRole('listitem');
  const why = page.getByText(WHY).filter({ visible: true });
  const age = items.first().locator('.how .dim');
  await expect(items).toHaveCount(2);
  await expect(why).toHaveCount(0);
  await expect(age).toBeHidden();
  const place = await items.nth(1).boundingBox();
  await items.first().hover();
  await expect(why).toBeVisible();
  await expect(age).toBeVisible();
  expect(await items.nth(1).boundingBox()).toEqual(place);
  await page.mouse.move(0, 0);
  await expect(why).toHaveCount(0);
  await items.first().focus();
  await expect(why).toBeVisible();
  for (const path of ['d/default/p/servers', 'r/servers']) {
    await page.goto(`${site.url}/t/${site.tenant}/${path}?${range}`);
    await expect(why).toBeVisible();
  }

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const small = await phone.newPage();
  await explain(small);
  await openDashboard(small, site);
  await small.goto(`${site.url}/t/${site.tenant}/d/default?${range}`);
  await panel(small, 'servers').getByRole('listitem').first().tap();
  await expect(panel(small, 'servers').getByText(WHY)).toBeVisible();
  expect(small.url()).not.toContain('/p/');
  await phone.close();
});

test('a number is as large as its panel lets it be, and nothing of it is cut off', async ({ page, site }) => {
  await page.route('**/panels/latest/data**', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    Object.assign(answer.view, { value: 1_284_310_221, unit: 'orders', decimals: 0 });
    await route.fulfill({ response, json: answer });
  });
  await openDashboard(page, site);
  const size = async (path: string) => {
    await page.goto(`${site.url}/t/${site.tenant}/${path}?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`);
    const value = page.locator('.metric .value').filter({ visible: true });
    await expect(value).toContainText('1,284,310,221orders');
    return value.evaluate((element) => {
      const [inner, outer] = [element.getBoundingClientRect(), element.parentElement!.getBoundingClientRect()];
      const isWhole = inner.left >= outer.left && inner.right <= outer.right && inner.bottom <= outer.bottom + 1;
      return { isWhole, pixels: Number.parseFloat(getComputedStyle(element).fontSize) };
    });
  };
  for (const width of [1440, 768, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const small = await size('d/default');
    const large = await size('d/default/p/latest');
    expect([small.isWhole, large.isWhole], `at ${width}`).toEqual([true, true]);
    expect(small.pixels, `at ${width}`).toBeGreaterThanOrEqual(20);
    if (width > 390) expect(large.pixels, `at ${width}`).toBeGreaterThan(2 * small.pixels);
  }
});

test('a number of one column is short, legible, and whole in its title', async ({ page, site }) => {
  await page.route('**/api/v1/dashboards/default**', async (route) => {
    const response = await route.fetch();
    const dashboard = await response.json();
    Object.assign(dashboard.panels.find(({ id }: { id: string }) => id === 'latest').position, { width: 1, height: 1 });
    await route.fulfill({ response, json: dashboard });
  });
  await page.route('**/panels/latest/data**', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    Object.assign(answer.view, { value: 1_284_310_221, unit: 'orders', decimals: 0 });
    await route.fulfill({ response, json: answer });
  });
  await openDashboard(page, site);
  for (const width of [1440, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${site.url}/t/${site.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`);
    const latest = panel(page, 'latest');
    const value = latest.locator('.metric .value');
    await expect(value).toHaveAttribute('title', '1,284,310,221\u00a0orders');
    const seen = await latest.getByTestId('kpi-value').evaluate((number) => {
      const [inner, outer] = [number.parentElement!, number.closest('.metric')!].map((element) => element.getBoundingClientRect());
      const style = getComputedStyle(number, '::before');
      return { text: style.content, pixels: Number.parseFloat(style.fontSize), isWithin: inner.right <= outer.right + 0.5 && inner.bottom <= outer.bottom + 1 };
    });
    expect(seen.text, `at ${width}`).toContain('1.28B');
    expect(seen.pixels, `at ${width}`).toBeGreaterThanOrEqual(16);
    expect(seen.isWithin, `at ${width}`).toBe(true);
    await expect(latest.locator('.spark').filter({ visible: true })).toHaveCount(0);
  }
});

test('the series that is pointed at in the legend stands out, and the large view says how it was', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.goto(`${site.url}/t/${site.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`);
  const canvas = panel(page, 'usage').locator('canvas');
  await expect(canvas).toBeVisible();
  // How much is painted in the colours of the two series, of which one is blue and the other is not.
  const ink = (isBlue: boolean) =>
    canvas.evaluate((element, isBlue) => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at + 2] > data[at] + 40 === isBlue) sum += data[at + 3];
      return sum;
    }, isBlue);
  const names = panel(page, 'usage').getByRole('group', { name: 'Series' }).getByRole('button');
  const [blue, other] = [await ink(true), await ink(false)];
  const isPale = async (isBlue: boolean) => (await ink(isBlue)) < (isBlue ? blue : other) * 0.9;
  const pale = async () => [await isPale(true), await isPale(false)];
  await names.first().hover();
  await expect.poll(pale).toEqual([false, true]);
  await names.last().hover();
  await expect.poll(pale).toEqual([true, false]);
  await page.mouse.move(0, 0);
  await expect.poll(pale).toEqual([false, false]);
  await names.first().focus();
  await expect.poll(pale).toEqual([false, true]);

  await expect(names.first().getByText('mean')).toBeHidden();
  await page.goto(`${site.url}/t/${site.tenant}/d/default/p/usage?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`);
  const name = page.getByTestId('expanded-usage').getByRole('button', { name: 'web-1' });
  const values = within(site.readings.get('web-1')!, Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 5, 4)).map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const written = [Math.min(...values), mean, Math.max(...values)].map((value) => value.toFixed(1));
  await expect(name.getByText('mean')).toHaveText(`min ${written[0]} % · mean ${written[1]} % · max ${written[2]} %`);
});
