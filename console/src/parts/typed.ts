import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

/** How long somebody pauses until what they typed is looked for, in milliseconds. */
const PAUSE = 250;

/**
 * What somebody types into a field whose value stands in the address. The field has a state of its own, since
 * the address follows too late for the caret to stay; what the address says by itself (a link, the way back)
 * is shown.
 */
export function useTyped(stands: string, settle: (text: string) => void): [string, (text: string) => void] {
  const [typed, setTyped] = useState(stands);
  // What the address was told and has not said yet, after what it said last.
  const sent = useRef([stands]);
  const later = useDebouncedCallback((text: string) => {
    sent.current.push(text);
    settle(text);
  }, PAUSE);
  useEffect(() => {
    const at = sent.current.lastIndexOf(stands);
    sent.current = at < 0 ? [stands] : sent.current.slice(at);
    if (at >= 0) return;
    later.cancel();
    setTyped(stands);
  }, [stands, later]);
  return [
    typed,
    (text) => {
      setTyped(text);
      later(text.trim());
    },
  ];
}
