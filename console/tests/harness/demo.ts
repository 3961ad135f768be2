import { afterAll, afterEach, beforeAll } from 'vitest';
import { account, type Browser, browser, closeAll, type Look, signIn, visit } from './browser';
import { type Postern, postern } from './postern';

/** What the tests of a file share: set before the first of them, by {@link withDemo}. */
export let at: Postern;
export let chromium: Browser;
/** Somebody who may do everything. */
export let owner: { email: string; password: string };

/** Starts a demo and a browser for the tests of a file, and ends both. Windows close after each test. */
export function withDemo(): void {
  beforeAll(async () => {
    [at, chromium] = await Promise.all([postern(), browser()]);
    owner = await account(at, 'owner@example.com', 'owner');
  });
  afterEach(() => closeAll(chromium));
  afterAll(async () => {
    await chromium?.close();
    await at?.end();
  });
}

/** A window in which the owner is signed in. */
export async function entered(options: Look = {}) {
  const window = await visit(chromium, at, options);
  await signIn(window.page, owner);
  return window;
}
