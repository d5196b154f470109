// Each component in every state, photographed in both themes and at three widths; the pictures are in `test-results`.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

import { serve } from '../../ui/dev/gallery.mjs';
import { faults } from './pages';

// Named by `cargo xtask test`, which builds it.
const folder = process.env.PORTHOLE_GALLERY;
let gallery: { url: string; close: () => void };

test.skip(!folder, 'the gallery is not built: cargo xtask build --gallery');
test.beforeAll(async () => void (gallery = await serve(folder)));
test.afterAll(() => gallery?.close());

for (const theme of ['dark', 'light'] as const) {
  for (const [width, height] of [
    [1440, 900],
    [768, 1024],
    [390, 844],
  ]) {
    test(`every component has its place in the ${theme} gallery at ${width} pixels`, async ({ page }, info) => {
      test.setTimeout(240_000);
      const problems = faults(page);
      await page.addInitScript((theme) => localStorage.setItem('porthole.theme', theme), theme);
      await page.setViewportSize({ width, height });
      await page.goto(gallery.url);
      await expect(page.getByTestId('gallery-failures').getByTestId('panel-error')).toHaveCount(12);
      await expect(page.getByTestId('gallery-nothing-there').getByTestId('panel-empty')).toHaveCount(4);
      await expect(page.getByTestId('gallery-first-load').locator('.skeleton')).toHaveCount(5);
      await expect(page.getByTestId('gallery-old-data').getByTestId('panel-stale')).toHaveCount(3);
      await expect(page.getByTestId('gallery-faulty-files').getByTestId('dashboard-faults')).toHaveCount(3);
      await expect(page.getByTestId('gallery-tables').getByTestId('no-rows')).toBeVisible();
      await expect(page.getByTestId('gallery-charts').locator('canvas')).toHaveCount(8);
      await expect(page.getByTestId('gallery-pictures-and-markup').locator('img')).toHaveCount(1);
      // Nothing sticks out of its panel, nor out of the page.
      const sticking = await page.evaluate(() => {
        const edge = document.documentElement.clientWidth;
        return [...document.querySelectorAll('.panel-head, .panel-body > *, .gallery-row, .card')]
          .filter((element) => element.getBoundingClientRect().right > edge)
          .map((element) => element.outerHTML.slice(0, 120));
      });
      expect(sticking).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      const picture = info.outputPath(`gallery-${theme}-${width}.png`);
      await page.screenshot({ path: picture, fullPage: true });
      await info.attach(`gallery ${theme} ${width}`, { path: picture, contentType: 'image/png' });
      expect(problems).toEqual([]);
      if (width === 1440) {
        const { violations } = await new AxeBuilder({ page }).analyze();
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
      }
    });
  }
}
