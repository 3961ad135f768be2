import type { Credential } from '../../api/apps';

/** What proves a credential, by its name in documents. */
export type CredentialKind = 'api_key' | 'jwt' | 'basic' | 'mtls';

/** What proves a credential: what is kept of a key is not told, so that what says nothing else is one. */
export function kindOf(credential: Credential): CredentialKind {
  if (credential.client) return 'jwt';
  if (credential.password) return 'basic';
  return credential.certificate ? 'mtls' : 'api_key';
}

/** Whether a secret of ours proves it, in whose place another one can be made. */
export function hasSecret(credential: Credential): boolean {
  return kindOf(credential) === 'api_key';
}
