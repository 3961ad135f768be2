import { type FormEvent, useState } from 'react';

/** What a form is doing, and what went wrong the last time. */
export interface Doing {
  running: boolean;
  error: unknown;
}

/** The state of a form that does one thing at a time: {@link Doing}, how it is sent, and how it begins anew. */
export function useDoing(
  act: () => Promise<unknown>,
): Doing & { submit: (event: FormEvent) => Promise<void>; forget: () => void } {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (running) return;
    setRunning(true);
    setError(undefined);
    try {
      await act();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  return { running, error, submit, forget: () => setError(undefined) };
}
