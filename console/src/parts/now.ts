import { useEffect, useState } from 'react';

/** How often the time that a page goes by is looked at, in milliseconds. */
const EVERY = 30_000;

/** About now, in Unix milliseconds: what ends while a page is open is shown as over. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY);
    return () => clearInterval(timer);
  }, []);
  return now;
}
