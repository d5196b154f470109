import type { Page } from '@playwright/test';

import { expect, home, PASSWORD, test } from './keycloak';
import { faults, panel } from './pages';

if (!home()) console.log('NOT TESTED: there is no Keycloak to log in with; `cargo xtask test` says why');
test.skip(!home(), 'there is no Keycloak');

/** To a page of the host, as one of the realm's people. */
async function openAs(page: Page, address: string, user: string) {
  await page.goto(address);
  await page.getByRole('link', { name: 'Continue with Keycloak' }).click();
  await fillIn(page, user);
  await expect(page).toHaveURL(address);
}

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

test("who comes from Keycloak has no password here, and the host's administrator sees what its groups give", async ({ page, house, browser }) => {
  const problems = faults(page);
  const theirs = await (await browser.newContext()).newPage();
  await openAs(theirs, `${house.url}/account`, 'ada');
  await expect(theirs.getByRole('heading', { name: 'Ada Lovelace' })).toBeVisible();
  await expect(theirs.getByTestId('events')).toContainText('Logged in');
  await expect(theirs.getByTestId('sessions').locator('tbody tr').first()).toBeVisible();
  await expect(theirs.getByRole('button', { name: 'Change password' })).toHaveCount(0);

  await openAs(page, `${house.url}/admin/users`, 'olga');
  const olga = page.getByRole('row', { name: /olga@example\.org/ });
  await expect(olga).toContainText('administrator');
  const ada = page.getByRole('row', { name: /ada@example\.org/ });
  await expect(ada).toContainText('(viewer)');
  await expect(ada).not.toContainText('no password');
  await olga.getByRole('link').click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(page.getByTestId('dialog').getByRole('checkbox', { name: /Administers the host/ })).toBeDisabled();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: /All users/ }).click();
  await ada.getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'Ada Lovelace' })).toBeVisible();
  await expect(page.getByTestId('by-group')).toBeVisible();
  await expect(page.getByTestId('grants').getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /^Shut ada@example\.org out/ })).toHaveCount(0);
  await expect(page.getByText('at the identity provider', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'End all sessions of this account?' }).click();
  await page.getByTestId('dialog').getByRole('button', { name: 'End all' }).click();
  await expect(page.getByTestId('sessions')).toContainText('No session is open.');
  await theirs.reload();
  await expect(theirs.getByRole('link', { name: 'Continue with Keycloak' })).toBeVisible();

  await page.getByRole('link', { name: 'Audit log' }).click();
  const lines = page.getByTestId('audit');
  await expect(lines.getByRole('row', { name: /login.*ada@example\.org|ada@example\.org.*login/ }).first()).toBeVisible();
  await expect(lines.getByRole('row', { name: /sessions_ended/ }).first()).toContainText('olga@example.org');
  expect(problems).toEqual([]);
  await theirs.context().close();
});
