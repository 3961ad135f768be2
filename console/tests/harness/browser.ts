import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Postern } from './postern';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export function browser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Tests run as root in containers, where the sandbox cannot start.
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** What a browser keeps of somebody who is signed in. */
export type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

/** How a window is. `session`: of somebody who is signed in there already. */
export interface Look {
  width?: number;
  dark?: boolean;
  session?: Session;
}

/** A window whose page must say nothing to the console: no error, no broken content security policy. */
export async function visit(browser: Browser, at: Postern, options: Look = {}) {
  const context = await browser.newContext({
    baseURL: at.console,
    storageState: options.session,
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    // An identity provider of a test has a certificate of its own making.
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A status that is no success is told by the browser itself; pages expect some.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return { context, page, complaints };
}

/** Makes an account by the API with these roles, and signs it in by the password form. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.goto('/');
  await page.getByLabel('E-mail address').fill(who.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation').waitFor();
}

/** Signs somebody in once, for the windows of many tests: see {@link visit}. */
export async function session(browser: Browser, at: Postern, who: { email: string; password: string }) {
  const { context, page } = await visit(browser, at);
  await signIn(page, who);
  const kept = await context.storageState();
  await context.close();
  return kept;
}

/** Closes every window, so that pages of one test do not go on asking during the next. */
export async function closeAll(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

/** An account with a role on the platform, or in a tenant; its password. */
export async function account(
  at: Postern,
  email: string,
  role: string,
  tenant?: string,
): Promise<{ email: string; password: string }> {
  const password = 'correct horse battery staple';
  const invited = await at.ask('POST', '/api/v1/invitations', {
    email,
    roles: [role],
    ...(tenant ? { tenant } : {}),
  });
  const link = (invited.body as { link?: string }).link;
  if (!link) throw new Error(`no invitation: ${JSON.stringify(invited)}`);
  const token = new URL(link, at.admin).searchParams.get('token');
  const accepted = await fetch(`${at.admin}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ token, password, name: email.split('@')[0] }),
  });
  if (!accepted.ok) throw new Error(`the invitation of ${email} was not accepted: ${await accepted.text()}`);
  return { email, password };
}

/** Makes an account with a role and signs it in: its window, and what that complained about. */
export async function somebody(
  browser: Browser,
  at: Postern,
  role: string,
  tenant?: string,
  options: { width?: number; dark?: boolean } = {},
) {
  const email = `${role.replace(':', '-')}-${Math.random().toString(36).slice(2, 8)}@example.com`;
  const who = await account(at, email, role, tenant);
  const window = await visit(browser, at, options);
  await signIn(window.page, who);
  return window;
}

/** No page scrolls sideways, however narrow the window is. */
export async function fits(page: Page): Promise<void> {
  // A table takes a moment to become a list where the window has just become narrow.
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect
    .poll(wider, { message: `${page.url()} scrolls sideways`, timeout: 5000 })
    .toBeLessThanOrEqual(0);
}

let axe: string | undefined;

/**
 * What axe finds on a page by WCAG 2.2 AA; the test fails if it is anything. Axe looks at a page for a while:
 * of a button that is enabled meanwhile it sees one half before and one after. What is found is looked for again.
 */
export async function accessible(page: Page): Promise<void> {
  axe ??= await readFile(AXE, 'utf8');
  await page.evaluate(axe);
  const first = await violations(page);
  if (first.length === 0) return;
  await page.waitForTimeout(500);
  expect(await violations(page), `axe on ${page.url()}`).toEqual([]);
}

async function violations(page: Page): Promise<object[]> {
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe puts itself there
    const result = await (globalThis as any).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map(
      (one: { id: string; help: string; nodes: Array<{ html: string; failureSummary: string }> }) => ({
        rule: one.id,
        help: one.help,
        nodes: one.nodes.slice(0, 5).map((node) => `${node.html.slice(0, 200)} :: ${node.failureSummary}`),
      }),
    );
  });
}

/** Keeps a picture of a page where `SHOTS` names a directory: for looking at, never for comparing. */
export async function shot(page: Page, name: string): Promise<void> {
  const directory = process.env.SHOTS;
  if (directory) await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
}

export type { Browser, BrowserContext, Locator, Page };
