import type { Service } from './documents';

/** A scope as it is edited: its name and what it allows. */
export interface ScopeRow {
  key: string;
  name: string;
  means: string;
}

/** What the form of a service holds. */
export interface Draft {
  title: string;
  description: string;
  contact: string;
  documentation: string;
  basePath: string;
  hosts: string[];
  scopes: ScopeRow[];
  visibility: 'public' | 'tenant' | 'private';
  sharedWith: string[];
  approval: 'usual' | 'automatic' | 'manual';
  publishApproval: boolean;
  disclosure: 'usual' | 'minimal' | 'standard' | 'verbose';
  disclosureUntil: string | undefined;
  statusProfile: 'usual' | 'standard' | 'forbid' | 'conceal';
}

/** A service as its form has it. */
export function draftOf(service: Service): Draft {
  return {
    title: service.title ?? '',
    description: service.description ?? '',
    contact: service.contact ?? '',
    documentation: service.documentation ?? '',
    basePath: service.base_path ?? '',
    hosts: service.hosts ?? [],
    scopes: Object.entries(service.scopes ?? {}).map(([name, means]) => ({ key: name, name, means })),
    visibility: service.visibility ?? 'public',
    sharedWith: service.shared_with ?? [],
    approval: service.approval ?? 'usual',
    publishApproval: service.publish_approval ?? false,
    disclosure: service.disclosure ?? 'usual',
    disclosureUntil: service.disclosure_until,
    statusProfile: service.status_profile ?? 'usual',
  };
}

/** What a form changes of a service (RFC 7396): only what is another now, so that others' changes stay. */
export function patchOf(draft: Draft, service: Service): Record<string, unknown> {
  const usual = <T>(value: T | 'usual') => (value === 'usual' ? null : value);
  const all = (value: string[]) => (value.length > 0 ? value : null);
  const before = draftOf(service);
  const members: Array<[keyof Draft, string, unknown]> = [
    ['title', 'title', draft.title.trim() || null],
    ['description', 'description', draft.description.trim() || null],
    ['contact', 'contact', draft.contact.trim() || null],
    ['documentation', 'documentation', draft.documentation.trim() || null],
    ['basePath', 'base_path', draft.basePath.trim() || null],
    ['hosts', 'hosts', all(draft.hosts)],
    ['scopes', 'scopes', scopesOf(draft, service)],
    ['visibility', 'visibility', draft.visibility],
    ['approval', 'approval', usual(draft.approval)],
    ['publishApproval', 'publish_approval', draft.publishApproval],
    ['statusProfile', 'status_profile', usual(draft.statusProfile)],
    ['disclosure', 'disclosure', usual(draft.disclosure)],
  ];
  const changed = (name: keyof Draft) => JSON.stringify(draft[name]) !== JSON.stringify(before[name]);
  const patch: Record<string, unknown> = {};
  for (const [name, member, value] of members) if (changed(name)) patch[member] = value;
  if (changed('sharedWith') || changed('visibility')) {
    patch.shared_with = draft.visibility === 'private' ? all(draft.sharedWith) : null;
  }
  if (changed('disclosureUntil') || changed('disclosure')) {
    patch.disclosure_until = draft.disclosure === 'verbose' ? (draft.disclosureUntil ?? null) : null;
  }
  return patch;
}

/** What becomes of the scopes: those that are gone are null. */
function scopesOf(draft: Draft, service: Service): Record<string, string | null> {
  const scopes: Record<string, string | null> = {};
  for (const name of Object.keys(service.scopes ?? {})) scopes[name] = null;
  for (const { name, means } of draft.scopes) if (name.trim()) scopes[name.trim()] = means.trim();
  return scopes;
}
