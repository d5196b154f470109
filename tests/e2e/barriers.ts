// What every page must be free of.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** No serious fault that axe can find. */
export async function expectNoBarriers(page: Page, name: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(told, name).toEqual([]);
}

/** Nothing sticks out of a phone's screen. */
export async function expectNoSidewaysScrolling(page: Page, name: string) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content, name).toBeLessThanOrEqual(window);
}
