import AxeBuilder from '@axe-core/playwright';

import { logIn, panel } from './pages';
import { expect, test } from './site';

const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';
const PAGES = {
  dashboard: `d/default?${RANGE}`,
  'dashboard without data': 'd/default?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
  'large panel': `d/default/p/usage?${RANGE}`,
  'large table': `d/default/p/highest?${RANGE}`,
  report: `r/usage?${RANGE}`,
  plugins: 'plugins',
  'missing dashboard': 'd/nonsense',
} as const;

for (const theme of ['dark', 'light'] as const) {
  test(`no page has a serious barrier in the ${theme} theme`, async ({ page, site }) => {
    test.setTimeout(180_000);
    await page.addInitScript((theme) => localStorage.setItem('porthole.theme', theme), theme);
    const check = async (name: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
      expect(told, name).toEqual([]);
    };
    await page.goto(site.url);
    await expect(page.getByLabel('Email')).toBeVisible();
    await check('login');
    await logIn(page, site, site.password, site.admin);
    await expect(panel(page, 'usage')).toBeVisible();
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(`${site.url}/t/${site.tenant}/${path}`);
      await expect(page.locator('main')).toBeVisible();
      await expect(page.locator('[aria-busy=true]:visible, .skeleton:visible')).toHaveCount(0);
      await check(name);
    }
    await page.goto(`${site.url}/t/${site.tenant}/${PAGES.dashboard}`);
    await expect(panel(page, 'usage').locator('canvas')).toBeVisible();
    const legend = panel(page, 'usage').getByRole('group', { name: 'Series' });
    await legend.getByRole('button').first().click();
    await expect(legend.locator('[aria-pressed=false]')).toHaveCount(1);
    await check('one series isolated');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option').first()).toBeVisible();
    await check('palette');
    await page.keyboard.press('Escape');
    await page.getByTestId('range-button').click();
    await check('range');
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(`${site.url}/docs`);
    await expect(page.getByRole('main')).toBeVisible();
    await check('documentation');
  });
}
