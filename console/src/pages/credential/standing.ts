import type { Credential } from '../../api/apps';
import type { Tone } from '../../parts/Standing';
import { moment } from '../../parts/time';

/** Where a key is in its life. */
export type KeyState = 'active' | 'ending' | 'early' | 'expired' | 'revoked';

/** A key that ends within this is about to need somebody, in milliseconds: 14 days. */
const SOON = 14 * 86_400_000;

/** Where a key is in its life, now. */
export function stateOf(key: Credential, now = Date.now()): KeyState {
  if (key.revoked_at) return 'revoked';
  const ends = moment(key.expires_at)?.getTime();
  if (ends !== undefined && ends <= now) return 'expired';
  if ((moment(key.not_before)?.getTime() ?? 0) > now) return 'early';
  return ends !== undefined && ends < now + SOON ? 'ending' : 'active';
}

/** Whether a key may still become good, so that it can be changed, rotated and revoked. */
export function lives(key: Credential): boolean {
  return stateOf(key) !== 'revoked';
}

/** What each state means for whoever looks. */
export const TONES: Record<KeyState, Tone> = {
  active: 'good',
  ending: 'warn',
  early: 'warn',
  expired: 'over',
  revoked: 'bad',
};
