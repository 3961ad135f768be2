import { type Pasted, parseCurl, placeOf } from './curl';
import { MASK, masked } from './mask';
import { codesOf, roomsOf } from './phrases';

/** What a search text turned out to be; nothing in it is secret. */
export interface Understood {
  /** The text without its secrets: all that is shown, kept or sent. */
  text: string;
  /** Request ids in it. */
  requests: string[];
  /** A request in it: a curl command, or an address with a path. */
  pasted: Pasted | undefined;
  /** Client addresses and networks. */
  address: string | undefined;
  /** Ids of credentials. */
  credentials: string[];
  /** Ids of other things, by what they are. */
  things: Array<{ kind: 'subscription' | 'change_request' | 'user'; id: string }>;
  /** Codes of refusals, or their families, that the words mean. */
  codes: string[];
  /** What is written as a code is. */
  likeCodes: string[];
  /** A status. */
  status: string | undefined;
  /** Rooms of the console that the words mean. */
  rooms: string[];
  /** What may be a name of something; none for what certainly is not. */
  name: string | undefined;
}

/** Time-ordered ids in Crockford's base 32, as requests have them. */
const REQUEST_ID = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/gi;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?$/;
const IPV6 = /^\[?(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:.]+(?:%\w+)?\]?(?:\/\d{1,3})?$/i;
/** As a code is written; Postern knows which there are. */
const CODE = /\b[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*\b/g;
/** The beginning of a key, up to its secret. */
const KEY_BEGINS = /^pst_([a-z0-9]{1,16})_?$/;

/** Reads what was pasted or typed into search. */
export function understand(typed: string): Understood {
  const text = masked(typed).trim();
  const requests = [...new Set(text.match(REQUEST_ID)?.map((id) => id.toUpperCase()) ?? [])];
  const pasted = requests.length > 0 ? undefined : requestIn(text);
  const address = IPV4.test(text) || IPV6.test(text) ? text.replace(/^\[|\]$/g, '') : undefined;
  const credentials = [
    ...new Set([
      ...[...text.matchAll(/\bpst_([a-z0-9]{16})/g)].map((match) => `key_${match[1]}`),
      ...[...text.matchAll(/\bkey_[a-z0-9]{4,}/g)].map((match) => match[0]),
    ]),
  ];
  const things: Understood['things'] = [
    ...[...text.matchAll(/\bsub_\w+/g)].map((match) => ({ kind: 'subscription' as const, id: match[0] })),
    ...[...text.matchAll(/\bcr_\w+/g)].map((match) => ({
      kind: 'change_request' as const,
      id: match[0],
    })),
    ...[...text.matchAll(/\busr_\w+/g)].map((match) => ({ kind: 'user' as const, id: match[0] })),
  ];
  const status = /^[1-5](?:\d\d|xx)$/i.test(text) ? text.toLowerCase() : undefined;
  const known = requests.length > 0 || pasted !== undefined || address !== undefined || status !== undefined;
  const nameless =
    known || text.includes(MASK) || text.length < 2 || text.length > 100 || text.includes('\n');
  return {
    text,
    requests,
    pasted,
    address,
    credentials,
    things,
    codes: known ? [] : codesOf(text),
    likeCodes: [...new Set(text.match(CODE) ?? [])],
    status,
    rooms: known ? [] : roomsOf(text),
    // A key's id says the same as its beginning.
    name: nameless ? undefined : text.replace(KEY_BEGINS, 'key_$1'),
  };
}

/** A curl command, `POST /path`, a path, or an address of the web. */
function requestIn(text: string): Pasted | undefined {
  const curl = parseCurl(text);
  if (curl) return curl;
  const line =
    /^(?:(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+)?((?:https?:\/\/|\/)\S*)(?:\s+HTTP\/[\d.]+)?$/i.exec(
      text.split('\n', 1)[0]?.trim() ?? '',
    );
  const place = line?.[2] ? placeOf(line[2]) : undefined;
  if (!line || !place) return undefined;
  return { method: line[1]?.toUpperCase() ?? '', ...place, headers: [], body: false };
}
