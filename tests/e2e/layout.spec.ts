import { chooseRange, faults, openDashboard, panel } from './pages';
import { expect, test } from './site';

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
