// Accounts that a journey needs besides those that every site has, made over the interface by the site's administrator.

import { type APIRequestContext, expect, request } from '@playwright/test';

import type { Site } from './site';

export type Role = 'viewer' | 'editor' | 'admin';

/** Somebody who asks the interface, logged in. */
export async function client(site: Site, email = site.admin): Promise<APIRequestContext> {
  const context = await request.newContext({ baseURL: `${site.url}/api/v1/` });
  const answer = await context.post('auth/login', { data: { email, password: site.password } });
  expect(answer.status()).toBe(200);
  return context;
}

/** An account with the site's password and these roles; its email. `name` is used once in a site. */
export async function person(site: Site, name: string, roles: Record<string, Role>): Promise<string> {
  const email = `${name}@example.org`;
  const admin = await client(site);
  const made = await admin.post('admin/users', { data: { email, full_name: null, is_admin: false } });
  expect(made.status()).toBe(201);
  const { url } = (await made.json()) as { url: string };
  const used = await admin.post('auth/link', { data: { link: url.split('#')[1], password: site.password } });
  expect(used.status()).toBe(204);
  for (const [tenant, role] of Object.entries(roles)) {
    const granted = await admin.put(`admin/tenants/${tenant}/grants/${email}`, { data: { role } });
    expect(granted.status()).toBe(204);
  }
  await admin.dispose();
  return email;
}
