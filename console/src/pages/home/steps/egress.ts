import { type Change, documents } from '../../../api/change';

/** The host of a target: `http://10.0.0.1:80` is `10.0.0.1`. */
function hostOf(address: string): string {
  const rest = address.trim().replace(/^https?:\/\//i, '');
  const literal = /^\[([^\]]+)\]/.exec(rest);
  return (literal?.[1] ?? rest.split(/[:/]/)[0] ?? '').toLowerCase();
}

/** Whether a text can be the address of an API. */
export function isAddress(address: string): boolean {
  return /^(builtin:[a-z]+|(https?:\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?\/?)$/i.test(
    address.trim(),
  );
}

/**
 * The ranges that the platform has to allow before the gateway connects to an address: those of loopback and
 * private literals. What a name stands for is seen only when it connects; link-local is never offered.
 */
export function closedRanges(address: string): string[] {
  const host = hostOf(address);
  if (host === 'localhost') return ['127.0.0.1/32', '::1/128'];
  const four = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(host);
  if (four) {
    const [a, b] = [Number(four[1]), Number(four[2])];
    const closed =
      a === 127 ||
      a === 10 ||
      (a === 192 && b === 168) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 100 && b >= 64 && b < 128);
    return closed ? [`${host}/32`] : [];
  }
  return host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host) ? [`${host}/128`] : [];
}

/** The change that allows ranges beside those that are allowed already. */
export async function allowing(ranges: string[]): Promise<Change> {
  const [before] = await documents<{ allow?: string[] }>('egress');
  const allow = [...new Set([...(before?.document.allow ?? []), ...ranges])];
  return {
    kind: 'egress',
    id: 'platform',
    patch: { allow },
    expect: before ? { version: before.version } : 'absent',
  };
}
