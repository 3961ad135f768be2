import { useSyncExternalStore } from 'react';

/** A value that components can watch, and code outside of components can set. */
export class Signal<T> {
  readonly #watchers = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of this.#watchers) watcher();
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
}

/** Watches a signal. */
export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.watch, () => signal.value);
}
