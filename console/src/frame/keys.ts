import { Signal } from '../api/signals';

/** Where the browser keeps the choice. */
const KEPT = 'postern.single-keys';

/** Whether keys without Ctrl do something on every page; who speaks to their computer turns them off (WCAG 2.1.4). */
export const singleKeys = new Signal(localStorage.getItem(KEPT) !== 'off');

/** Turns them on or off, for this browser. */
export function setSingleKeys(on: boolean): void {
  localStorage.setItem(KEPT, on ? 'on' : 'off');
  singleKeys.set(on);
}
