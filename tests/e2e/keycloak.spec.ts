import type { Page } from '@playwright/test';

import { expect, home, PASSWORD, test } from './keycloak';
import { panel } from './pages';

if (!home()) console.log('NOT TESTED: there is no Keycloak to log in with; `cargo xtask test` says why');
test.skip(!home(), 'there is no Keycloak');

async function fillIn(page: Page, user: string) {
  await page.locator('#username').fill(user);
  await page.locator('#password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign In' }).click();
}

test('a reader logs in with Keycloak, sees the dashboard they wanted, and logs out there, too', async ({ page, house }) => {
  await page.goto(`${house.url}/t/${house.tenant}/d/default?from=2026-01-05T00:00:00Z&to=2026-01-05T04:00:00Z`);
  await expect(page.getByLabel('Email')).toBeVisible();
  await page.getByRole('link', { name: 'Continue with Keycloak' }).click();
  await fillIn(page, 'ada');
  await expect(page).toHaveURL(new RegExp(`^${house.url}/t/${house.tenant}/d/default\\?.*from=2026-01-05`));
  await expect(panel(page, 'usage')).toBeVisible();

  await page.getByRole('button', { name: 'Account of Ada Lovelace' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await expect(page).toHaveURL(`${house.url}/login`);
  // Keycloak asks again: the login has ended there as well.
  await page.getByRole('link', { name: 'Continue with Keycloak' }).click();
  await expect(page.locator('#password')).toBeVisible();
  await page.goto(house.url);
  await expect(page).toHaveURL(/\/login/);
});

test('who has no tenant hears so, and may try again', async ({ page, house }) => {
  await page.goto(`${house.url}/login`);
  await page.getByRole('link', { name: 'Continue with Keycloak' }).click();
  await fillIn(page, 'bob');
  await expect(page).toHaveURL(/\/login\?fault=no_tenant/);
  await expect(page.getByRole('alert')).toContainText('You have no tenant here yet');
  await expect(page.getByRole('link', { name: 'Continue with Keycloak' })).toBeVisible();
});
