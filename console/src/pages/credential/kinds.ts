import type { Credential } from '../../api/apps';
import { algorithmOf } from '../../parts/signing';
import type { Has } from '../../parts/ways';

/** What proves a credential, by its name in what services accept. */
export type CredentialKind = 'api_key' | 'jwt' | 'basic' | 'mtls' | 'signature' | 'hmac';

/** What proves a credential: what is kept of a key is not told, so that what says nothing else is one. */
export function kindOf(credential: Credential): CredentialKind {
  if (credential.client) return 'jwt';
  if (credential.password) return 'basic';
  if (credential.signing_key) return credential.signing_key.public_key ? 'signature' : 'hmac';
  return credential.certificate ? 'mtls' : 'api_key';
}

/** Whether it is a key of ours, in whose place another one can be made. */
export function isKey(credential: Credential): boolean {
  return kindOf(credential) === 'api_key';
}

/** What a certificate is known by, as its credential says: one of its names, or its fingerprint. */
export function knownBy({ certificate }: Credential): [string, string] | undefined {
  return Object.entries(certificate ?? {}).find((one): one is [string, string] => Boolean(one[1]));
}

/** What signatures call the key of a credential. */
export function keyIdOf({ id, signing_key }: Credential): string {
  return signing_key?.key_id ?? id ?? '';
}

/** What whoever has a credential can send; nothing where the kind of its key is not known. */
export function hasOf(credential: Credential, secret?: string): Has | undefined {
  const { signing_key, password } = credential;
  if (!signing_key) return { secret, user: password?.user };
  const { public_key, algorithm } = signing_key;
  const signs = public_key ? (algorithm ?? algorithmOf(public_key)) : 'hmac-sha256';
  return signs && { secret, keyId: keyIdOf(credential), algorithm: signs };
}
