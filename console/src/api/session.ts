import { Signal } from './signals';

/** Whether the session was found to be over while somebody worked; a request may wait for the next one. */
export const expired = new Signal(false);

/** Whether Postern can be reached. */
export const reachable = new Signal(true);

let waiting: Array<(signedIn: boolean) => void> = [];

/** Waits until somebody has signed in again (true) or has given up (false). */
export function signedInAgain(): Promise<boolean> {
  expired.set(true);
  return new Promise((resolve) => waiting.push(resolve));
}

/** Says how it went: requests that wait go on, or fail. */
export function settle(signedIn: boolean): void {
  const all = waiting;
  waiting = [];
  expired.set(false);
  for (const resolve of all) resolve(signedIn);
}
