// The description of the interface, `/docs`, as people read it.

import { expectNoBarriers, expectNoSidewaysScrolling } from './barriers';
import { expect, test } from './site';

test('on a phone the calls are read over the whole width, and their groups stay in reach', async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${site.url}/docs`);
  const list = page.getByRole('navigation', { name: 'Calls' });
  await expectNoSidewaysScrolling(page, 'documentation');
  // What stays at the top leaves the screen to the calls.
  expect((await list.boundingBox())!.height).toBeLessThanOrEqual(64);
  const title = page.getByRole('heading', { name: 'The HTTP interface' });
  await expect(title).toBeInViewport();

  await list.getByRole('link', { name: 'Administration' }).click();
  const group = page.getByRole('heading', { name: 'Administration', exact: true });
  await expect(group).toBeInViewport();
  const below = (await group.boundingBox())!.y;
  expect(below).toBeGreaterThanOrEqual((await list.boundingBox())!.height);
  // The list of the group's calls is below its name, each call whole within the screen.
  const link = page.getByRole('main').getByRole('link', { name: /GET.*\/admin\/users\/\{id\}\/sessions/ });
  await link.click();
  const call = page.locator('#get-admin-users-id-sessions');
  await expect(call.getByRole('heading', { level: 3 })).toBeInViewport();
  const box = (await call.boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('.of-tag a, h2, h3, main p')]
      .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  expect(cut).toEqual([]);
  await expectNoBarriers(page, 'documentation on a phone');
});

test('on a screen the list of calls stands beside them', async ({ page, site }) => {
  await page.goto(`${site.url}/docs#get-panels-id-data`);
  const list = page.getByRole('navigation', { name: 'Calls' });
  const [beside, call] = [await list.boundingBox(), await page.locator('#get-panels-id-data').boundingBox()];
  expect(beside!.x + beside!.width).toBeLessThanOrEqual(call!.x);
  await expect(list.getByRole('link', { name: /GET.*\/admin\/users$/ })).toBeAttached();
  await expect(page.locator('.of-tag:visible')).toHaveCount(0);
});
