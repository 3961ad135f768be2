import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  accessible,
  account,
  type Browser,
  browser,
  closeAll,
  type Page,
  signIn,
  visit,
} from './harness/browser';
import { curl, type Postern, postern } from './harness/postern';

/**
 * The three stories of the first minute, each from the failing request's id in the search box to the same
 * request passing: by mouse alone, and by keyboard alone.
 */

let at: Postern;
let chromium: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  chromium = await browser();
});
afterAll(async () => {
  await chromium?.close();
});

/** One way to work a page. */
interface Hand {
  search(text: string): Promise<void>;
  /** Presses a button, follows a link, ticks a box. */
  press(role: 'button' | 'checkbox', name: RegExp, within?: Locator): Promise<void>;
  write(label: string, text: string): Promise<void>;
}

/** Clicks only; texts are pasted where the pointer put the caret. */
const mouse: Hand = {
  async search(text) {
    await page.getByRole('button', { name: /^Search/ }).click();
    const field = page.getByLabel('What to search for');
    await field.click();
    await field.fill(text);
    await page.getByRole('option').first().click();
  },
  async press(role, name, within) {
    await (within ?? page).getByRole(role, { name }).first().click();
  },
  async write(label, text) {
    const field = page.getByLabel(label);
    await field.click();
    await field.fill(text);
  },
};

/** Tab stops on a page at most, before something counts as out of reach. */
const FAR = 150;

/** Goes on by Tab until something of this role and name has the focus. */
async function tabTo(role: 'button' | 'checkbox' | 'textbox', name: RegExp, within?: Locator) {
  const wanted = (within ?? page).getByRole(role, { name }).first();
  await wanted.waitFor();
  for (let stop = 0; stop < FAR; stop += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      // A focus that is not seen is none.
      const seen = await wanted.evaluate((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && element.matches(':focus-visible');
      });
      expect(seen, `the focus on ${name} is seen`).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach the ${role} ${name}`);
}

/** Keys only. */
const keyboard: Hand = {
  async search(text) {
    await page.keyboard.press('/');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    await page.keyboard.type(text);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
  },
  async press(role, name, within) {
    await tabTo(role, name, within);
    await page.keyboard.press(role === 'checkbox' ? 'Space' : 'Enter');
  },
  async write(label, text) {
    await tabTo('textbox', new RegExp(`^${label}`));
    await page.keyboard.type(text);
  },
};

/** The command of a scenario of the demo, and the id of its refusal. */
async function refused(code: string) {
  const scenario = at.scenarios.find((one) => one.expect_code === code);
  if (!scenario) throw new Error(`the demo has no scenario ${code}`);
  const answer = await curl(scenario.curl);
  expect(answer.status).toBe(scenario.expect_status);
  return { command: scenario.curl, id: answer.id };
}

describe.each([
  ['mouse', mouse],
  ['keyboard', keyboard],
])('by %s alone', (_, hand) => {
  // The stories mend what is broken: whoever comes next starts with a demo of their own.
  beforeAll(async () => {
    at = await postern();
    const who = await account(at, 'stories@example.com', 'owner');
    ({ page, complaints } = await visit(chromium, at));
    await signIn(page, who);
  });
  beforeEach(async () => {
    await page.goto('/');
    await page.getByRole('navigation').waitFor();
  });
  afterAll(async () => {
    await closeAll(chromium);
    await at?.end();
    expect(complaints).toEqual([]);
  });

  /** From the id in the search box to the fix being made. */
  async function mend(id: string, comment: string) {
    await hand.search(id);
    await page.getByRole('heading', { level: 1, name: /^Why POST .* was refused$/ }).waitFor();
    await hand.press('button', /^Review and apply/);
    await page.getByRole('dialog', { name: 'Apply this fix?' }).waitFor();
    await hand.write('Comment', comment);
    await hand.press('button', /^Apply$/);
  }

  test('1: a staging key that may only read, in production', async () => {
    const { command, id } = await refused('credential.wrong_environment');
    await mend(id, 'For production');
    const secret = page.getByRole('dialog', { name: 'A new key' });
    const key = (await secret.getByRole('region', { name: /key/ }).first().textContent()) ?? '';
    await hand.press('checkbox', /kept/);
    await hand.press('button', /^Close$/, secret);
    await secret.waitFor({ state: 'detached' });
    await accessible(page);
    expect((await curl(command.replace(/pst_\w+/, key))).status).toBe(200);
  });

  test('2: a build server whose address is not on the allow-list', async () => {
    const { command, id } = await refused('network.address_not_allowed');
    await mend(id, 'The second data centre');
    await page.getByText(/^Done/).first().waitFor();
    expect((await curl(command)).status).toBe(200);
  });

  test('3: a partner whose subscription waits for approval', async () => {
    const { command, id } = await refused('subscription.pending');
    await mend(id, 'Welcome');
    await page.getByText(/^Done/).first().waitFor();
    expect((await curl(command)).status).toBe(200);
  });
});
