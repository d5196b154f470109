// What a reader does with the pages, in a reader's words.

import { expect, type Locator, type Page } from '@playwright/test';

import type { Site } from './site';

export async function logIn(page: Page, site: Site, password = site.password, email = site.email) {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** From nothing to the tenant's dashboard. */
export async function openDashboard(page: Page, site: Site) {
  await page.goto(site.url);
  await logIn(page, site);
  await expect(page).toHaveURL(new RegExp(`/t/${site.tenant}/d/default`));
  await expect(panel(page, 'usage')).toBeVisible();
}

/** From nothing to any page, as the tenant's administrator. */
export async function openAsAdmin(page: Page, site: Site, path: string) {
  await page.goto(site.url + path);
  await logIn(page, site, site.password, site.admin);
}

export function panel(page: Page, id: string): Locator {
  return page.getByTestId(`panel-${id}`);
}

/** Chooses an absolute range through the popover: `2026-01-05 00:00`, in the reader's zone. */
export async function chooseRange(page: Page, from: string, to: string) {
  await page.getByTestId('range-button').click();
  await page.getByLabel('From', { exact: true }).fill(from);
  await page.getByLabel('To', { exact: true }).fill(to);
  await page.getByRole('button', { name: 'Apply' }).click();
}

/** Every problem that the page's own scripts have, from now on. */
export function faults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports answers of 401 and 404 as errors; those are the tests' business.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  return faults;
}
