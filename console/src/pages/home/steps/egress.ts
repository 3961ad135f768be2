import { useQuery } from '@tanstack/react-query';
import { type Change, documents } from '../../../api/change';
import { useMe } from '../../../api/me';
import { canonical, holds, range, written } from '../../../parts/addresses';

/**
 * Loopback and private addresses, to which the gateway connects only where the platform allows it. There are
 * more such, link-local ones above all, which are never offered.
 */
const CLOSED = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1',
  'fc00::/7',
  'fec0::/10',
].map(read);

function read(text: string) {
  const found = range(text);
  return found && canonical(found);
}

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
 * What of an address the platform has to allow before the gateway connects to it, beside what it allows already.
 * What a name stands for is seen only when the gateway connects.
 */
export function closed(address: string, allowed: readonly string[]): string[] {
  const host = hostOf(address);
  const literals = host === 'localhost' || host.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [host];
  const open = allowed.map(read);
  return literals.flatMap((literal) => {
    const found = read(literal);
    const within = (ranges: typeof open) => ranges.some((one) => one && found && holds(one, found));
    return found && within(CLOSED) && !within(open) ? [written(found)] : [];
  });
}

/** The rule about where the gateway connects to. */
async function readEgress() {
  const [rule] = await documents<{ allow?: string[] }>('egress');
  return { allow: rule?.document.allow ?? [], version: rule?.version };
}

/** {@link closed} of an address, as far as whoever is signed in may see what is allowed. */
export function useClosed(address: string): string[] {
  const maySee = useMe()?.platform.includes('settings.read') ?? false;
  const wanted = closed(address, []).length > 0;
  const { data } = useQuery({ queryKey: ['egress'], queryFn: readEgress, enabled: maySee && wanted });
  return closed(address, data?.allow ?? []);
}

/** The change that allows addresses beside those that are allowed already. */
export async function allowing(addresses: string[]): Promise<Change> {
  const { allow, version } = await readEgress();
  return {
    kind: 'egress',
    id: 'platform',
    patch: { allow: [...new Set([...allow, ...addresses])] },
    expect: version === undefined ? 'absent' : { version },
  };
}
