import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';

import { faults, logIn, openAsAdmin, panel } from './pages';
import { COMPONENTS, expect, type Site, test } from './site';
import type { Page } from '@playwright/test';

const component = (name: string) => join(COMPONENTS, `porthole_example_${name}.wasm`);

/** The readings are of January. */
const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z';
/** Components are compiled when they are first met, here by a host that is not optimised. */
const COMPILED = { timeout: 120_000 } as const;

test.describe.configure({ timeout: 180_000 });

async function openOwnPanels(page: Page, site: Site) {
  await page.goto(`${site.url}/t/${site.tenant}/d/own?${RANGE}`);
  await logIn(page, site);
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
}

test("a tenant's picture is drawn for its panel and its theme", async ({ page, site }) => {
  const problems = faults(page);
  const asked: URL[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/panels/network/data')) asked.push(url);
  });
  await openOwnPanels(page, site);
  const picture = panel(page, 'network').getByRole('img');
  await expect(picture).toBeVisible(COMPILED);
  const [width, height] = await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
  expect(width).toBeGreaterThan(100);
  expect(height).toBeGreaterThan(50);
  await expect(picture).toHaveAttribute('alt', /.+/);
  // It stays inside its panel.
  const [outer, inner] = await Promise.all([panel(page, 'network').boundingBox(), picture.boundingBox()]);
  expect(inner!.x).toBeGreaterThanOrEqual(outer!.x);
  expect(inner!.x + inner!.width).toBeLessThanOrEqual(outer!.x + outer!.width);
  expect(inner!.y + inner!.height).toBeLessThanOrEqual(outer!.y + outer!.height);

  expect(Number(asked[0].searchParams.get('width'))).toBeGreaterThan(200);
  expect(Number(asked[0].searchParams.get('height'))).toBeGreaterThan(100);
  expect(asked[0].searchParams.get('theme')).toBe('dark');
  await page.getByTestId('user-menu').click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  await expect.poll(() => asked.at(-1)?.searchParams.get('theme')).toBe('light');
  await expect(picture).toBeVisible();
  expect(problems).toEqual([]);
});

test("a template's utility classes are applied though it was written after the build", async ({ page, site }) => {
  await openOwnPanels(page, site);
  const text = panel(page, 'summary').getByText(/^Summary for/);
  await expect(text).toBeVisible(COMPILED);
  await expect(text).toHaveCSS('font-weight', '700');
  // `text-lg` and `mt-2` are measured by the panel's own text.
  const [size, around, margin] = await text.evaluate((element) => {
    const style = getComputedStyle(element);
    const parent = getComputedStyle(element.parentElement!);
    return [style.fontSize, parent.fontSize, style.marginTop].map(Number.parseFloat);
  });
  expect(size / around).toBeCloseTo(1.125, 2);
  expect(margin).toBeGreaterThan(4);
});

test('hostile markup does not leave its panel and runs nothing', async ({ page, site }) => {
  await openOwnPanels(page, site);
  const hostile = panel(page, 'hostile');
  await expect(hostile.getByText('The end of it')).toBeAttached(COMPILED);
  // Whatever is painted outside the panel belongs to the page.
  const strangers = await hostile.evaluate((element) => {
    const own = element.getBoundingClientRect();
    const found: string[] = [];
    for (let x = 2; x < innerWidth; x += 24) {
      for (let y = 2; y < innerHeight; y += 24) {
        const isInside = x >= own.left && x < own.right && y >= own.top && y < own.bottom;
        const top = document.elementFromPoint(x, y);
        if (!isInside && top && element.contains(top)) found.push(`${x},${y}`);
      }
    }
    return found;
  });
  expect(strangers).toEqual([]);
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
  expect(await page.evaluate(() => (window as { escaped?: number }).escaped)).toBeUndefined();
  const inside = await hostile.getByTestId('markup').evaluate((host) => {
    const root = host.shadowRoot!;
    const forbidden = root.querySelectorAll('script, style, iframe, svg, [style], [onerror], [onload], a[href^="javascript"]');
    return [...forbidden].map((element) => element.outerHTML);
  });
  expect(inside).toEqual([]);
});

test("a panel's menu says what its view cost and might have cost", async ({ page, site }) => {
  await openOwnPanels(page, site);
  await expect(panel(page, 'network').getByRole('img')).toBeVisible(COMPILED);
  await panel(page, 'network').hover();
  await panel(page, 'network').getByTestId('panel-menu').click();
  await expect(panel(page, 'network').getByTestId('receipt')).toContainText(/CPU.*of \d+ m?s/s);
  await page.goto(`${site.url}/t/${site.tenant}/d/own?${RANGE}&receipt=1`);
  await expect(panel(page, 'network').getByTestId('receipt')).toContainText(/Memory.* of .*MiB/s);
});

test("an administrator publishes, activates and rolls back from the browser", async ({ page, site }) => {
  const problems = faults(page);
  await openAsAdmin(page, site, `/t/${site.tenant}/plugins`);
  const folder = page.getByTestId('plugin-network_topology');
  await expect(folder.getByTestId('plugin-state')).toHaveText('active', COMPILED);
  await expect(folder).toContainText('network-topology');

  const chooser = page.getByLabel('Choose a component');
  await chooser.setInputFiles({ name: 'notes.wasm', mimeType: '', buffer: Buffer.from('# no component') });
  await page.getByTestId('publish').click();
  await expect(page.getByTestId('trouble')).toContainText('refused');

  await chooser.setInputFiles(component('calendar_heatmap'));
  await page.getByLabel('Answer with this version at once').uncheck();
  await page.getByTestId('publish').click();
  await expect(page.getByTestId('published')).toContainText('is published', COMPILED);
  const published = page.getByTestId('plugin-calendar_heatmap');
  await expect(published.getByTestId('plugin-state')).toHaveText('inactive');

  await published.getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'calendar_heatmap' })).toBeVisible();
  await page.getByRole('button', { name: /^Activate version/ }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Activate' }).click();
  await expect(page.getByTestId('plugin-state')).toHaveText('active', COMPILED);
  await page.getByRole('button', { name: /^Remove calendar_heatmap/ }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Remove' }).click();
  await expect(page).toHaveURL(/\/plugins$/);
  await expect(page.getByTestId('plugin-calendar_heatmap')).toHaveCount(0);
  expect(problems).toEqual([]);
});

test("a plugin's page shows its limits and what it wrote", async ({ page, site }) => {
  await openOwnPanels(page, site);
  await expect(panel(page, 'summary').getByText(/^Summary for/)).toBeVisible(COMPILED);
  await page.context().clearCookies();
  await openAsAdmin(page, site, `/t/${site.tenant}/plugins/daily_summary`);
  await expect(page.getByRole('heading', { name: 'Limits' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Memory of a call/ })).toContainText('MiB');
  // Words with units, and no key of a file.
  const limits = page.getByRole('region', { name: 'Limits' });
  await expect(limits.getByRole('row', { name: /^CPU time of a call/ })).toContainText(/\d+ m?s$/);
  const names = await limits.getByRole('rowheader').allInnerTexts();
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !/^[A-Z][^_]+$/.test(name))).toEqual([]);
  await expect(page.getByTestId('plugin-log')).not.toContainText('Loading');
});

test('others are not shown a tenant’s plugins', async ({ page, site }) => {
  await page.goto(`${site.url}/t/${site.tenant}/plugins`);
  await logIn(page, site);
  await expect(page.getByText('Only for editors')).toBeVisible();
  await page.getByTestId('user-menu').click();
  await expect(page.getByRole('menuitem', { name: 'Plugins' })).toHaveCount(0);
});

for (const theme of ['dark', 'light']) {
  test(`axe finds no serious fault in what plugins show, ${theme}`, async ({ page, site }) => {
    await page.addInitScript((theme) => localStorage.setItem('porthole.theme', theme), theme);
    await openAsAdmin(page, site, `/t/${site.tenant}/d/own?${RANGE}`);
    await expect(panel(page, 'network').getByRole('img')).toBeVisible(COMPILED);
    const serious = async () => {
      const { violations } = await new AxeBuilder({ page }).exclude('[data-testid="panel-hostile"]').analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
    };
    expect(await serious()).toEqual([]);
    await page.goto(`${site.url}/t/${site.tenant}/plugins`);
    await expect(page.getByTestId('plugin-network_topology')).toBeVisible();
    expect(await serious()).toEqual([]);
    await page.goto(`${site.url}/t/${site.tenant}/plugins/network_topology`);
    await expect(page.getByRole('heading', { name: 'Limits' })).toBeVisible();
    expect(await serious()).toEqual([]);
  });
}
