/** What a certificate says, as far as a credential can know it by that. */
export interface Certificate {
  /** Its SHA-256: none where the page was not loaded in a way that lets it be worked out. */
  fingerprint: string | undefined;
  dns: string[];
  uri: string[];
  email: string[];
  /** Its subject (RFC 4514): none where it has parts that are rarely met. */
  subject: string | undefined;
}

/** An element of DER (X.690): its tag, and its value. */
interface Element {
  tag: number;
  value: Uint8Array;
}

const SEQUENCE = 0x30;
const OID = 0x06;
const OCTET_STRING = 0x04;
/** Members of a certificate that may be there or not (RFC 5280 §4.1): version, extensions. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** Alternative names by their tags (RFC 5280 §4.2.1.6). */
const ALTERNATIVES: Record<number, 'email' | 'dns' | 'uri'> = { 129: 'email', 130: 'dns', 134: 'uri' };
const SUBJECT_ALTERNATIVE_NAMES = '551d11';

/** Attribute types by the names that RFC 4514 §3 gives them, and two that everybody knows. */
const TYPES: Record<string, string> = {
  '550403': 'CN',
  '55040a': 'O',
  '55040b': 'OU',
  '550406': 'C',
  '550408': 'ST',
  '550407': 'L',
  '550409': 'STREET',
  '550405': 'serialNumber',
  '0992268993f22c640119': 'DC',
  '0992268993f22c640101': 'UID',
  '2a864886f70d010901': 'emailAddress',
};

/** Types of strings: UTF-8, and those that are ASCII in every certificate that is any good. */
const UTF8 = 0x0c;
const ASCII = [0x12, 0x13, 0x16];

/** The elements that stand one after another. Throws where there are none. */
function elements(der: Uint8Array): Element[] {
  const found: Element[] = [];
  let at = 0;
  const next = () => {
    const byte = der[at++];
    if (byte === undefined) throw new RangeError('cut off');
    return byte;
  };
  while (at < der.length) {
    const tag = next();
    let length = next();
    if (length > 0x84 || length === 0x80) throw new RangeError('no length');
    if (length > 0x80) {
      const bytes = length - 0x80;
      length = 0;
      for (let n = 0; n < bytes; n += 1) length = length * 256 + next();
    }
    if (at + length > der.length) throw new RangeError('cut off');
    found.push({ tag, value: der.subarray(at, at + length) });
    at += length;
  }
  return found;
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A text of a string type; throws for what is none. */
function text({ tag, value }: Element): string {
  if (tag !== UTF8 && !(ASCII.includes(tag) && value.every((byte) => byte < 128)))
    throw new TypeError('no text');
  return new TextDecoder('utf-8', { fatal: true }).decode(value);
}

/** A value of a name as text (RFC 4514 §2.4). Control characters are rarely met, and not told here. */
function escaped(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new TypeError('control characters');
  return value.replaceAll(/["+,;<>\\]|^[ #]| $/g, '\\$&');
}

/** A name as text, its most specific part first (RFC 4514 §2.1); none for one with parts that are rarely met. */
function nameOf(name: Uint8Array): string | undefined {
  try {
    const parts = elements(name).map((part) =>
      elements(part.value)
        .map((attribute) => {
          const [type, value] = elements(attribute.value);
          const known = type && TYPES[hex(type.value)];
          if (!known || !value) throw new TypeError('unknown');
          return `${known}=${escaped(text(value))}`;
        })
        .join('+'),
    );
    return parts.reverse().join(',') || undefined;
  } catch {
    return undefined;
  }
}

/** The alternative names of a certificate that say who a client is. */
function alternatives(extensions: Uint8Array | undefined) {
  const found: Pick<Certificate, 'dns' | 'uri' | 'email'> = { dns: [], uri: [], email: [] };
  const [list] = extensions ? elements(extensions) : [];
  for (const extension of list ? elements(list.value) : []) {
    const [type, ...others] = elements(extension.value);
    const value = others.find(({ tag }) => tag === OCTET_STRING);
    if (type?.tag !== OID || hex(type.value) !== SUBJECT_ALTERNATIVE_NAMES || !value) continue;
    for (const { tag, value: name } of elements(elements(value.value)[0]?.value ?? new Uint8Array())) {
      const kind = ALTERNATIVES[tag];
      if (kind) found[kind].push(new TextDecoder().decode(name));
    }
  }
  return found;
}

/** The first certificate of a PEM text; none where there is none. */
function derOf(pem: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  return base64 ? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)) : undefined;
}

/** Reads what a certificate says, to choose from. The gateway reads those of callers by itself. */
export async function readCertificate(pem: string): Promise<Certificate | undefined> {
  try {
    const der = derOf(pem);
    if (!der) return undefined;
    const [whole] = elements(der);
    const [signed] = elements(whole?.value ?? new Uint8Array());
    const members = elements(signed?.value ?? new Uint8Array()).filter(({ tag }) => tag !== VERSION);
    // Serial number, algorithm, issuer, validity, subject.
    const subject = members[4];
    if (subject?.tag !== SEQUENCE) return undefined;
    const digest = await crypto.subtle?.digest('SHA-256', der);
    return {
      fingerprint: digest && hex(new Uint8Array(digest)),
      ...alternatives(members.find(({ tag }) => tag === EXTENSIONS)?.value),
      subject: nameOf(subject.value),
    };
  } catch {
    return undefined;
  }
}
