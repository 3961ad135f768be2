import { useEffect, useState } from 'react';
import { Problem } from '../api/problem';

/** How many seconds are left of what an answer said to wait (`Retry-After`); 0: go ahead. */
export function useWait(error: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const wait = error instanceof Problem ? (error.retryAfter ?? 0) : 0;
    const until = Date.now() + wait * 1000;
    setLeft(wait);
    if (wait === 0) return;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
