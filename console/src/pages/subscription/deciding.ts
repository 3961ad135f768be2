import { refreshApps, type Subscription } from '../../api/apps';
import { answer } from '../../api/client';
import { versionOf } from '../../parts/patch';

/** The header that lets a decision be about the version that was read, and about no other. */
export function decidingOn(of: Subscription): { 'If-Match': string } {
  return { 'If-Match': versionOf(of) };
}

/**
 * Waits for a decision, and brings up to date what shows it. That is done for one that failed too: where somebody
 * else was faster, whoever decides sees what they did before deciding again.
 */
export async function decided(asked: Parameters<typeof answer<object>>[0]): Promise<Subscription> {
  try {
    return (await answer(asked)) as Subscription;
  } finally {
    await refreshApps();
  }
}
