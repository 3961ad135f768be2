import type { Schemas } from '../../api/client';

type Evidence = Schemas['Evidence'];

/** What came and what it met, side by side, and what else is told. */
export interface Sides {
  seen: Evidence[];
  expected: Evidence[];
  more: Evidence[];
  /** It met something that closes (a deny-list, a block), as opposed to: it missed something that opens. */
  closed: boolean;
}

type Row = [seen: string, expected: string];

const ADDRESS = 'address provenance';
const UPSTREAM: Row = ['target error', 'limit phase'];
const SUBSCRIPTION: Row = ['app subscription plan', 'service'];
const ACCOUNT: Row = ['tenant app', ''];

/** Families whose codes end in the state that something is in, and the state it should be in. */
const STATES: Record<string, string> = { subscription: 'approved', account: 'active' };

/** Which evidence of a code is about what came, and which about what it met. */
const ROWS: Record<string, Row> = {
  'connection.tls_required': ['scheme header', ''],
  'connection.certificate_untrusted': ['subject issuer', 'error'],
  'connection.certificate_expired': ['subject now', 'not_before not_after'],
  'connection.misdirected': ['authority', 'sni'],
  'connection.header_too_large': ['name size', 'limit which'],
  'connection.uri_too_long': ['size', 'limit'],
  'connection.timeout': ['phase', 'limit'],
  'client.address_unparseable': ['header hop', 'error'],
  'edge.address_denied': [ADDRESS, 'list entry'],
  'edge.address_blocked': [ADDRESS, 'until trigger'],
  'edge.rate_exceeded': [ADDRESS, 'limit window'],
  'route.not_found': ['host path', 'nearest'],
  'route.not_published': ['host path', 'nearest state'],
  'route.method_not_allowed': ['method', 'allowed'],
  'route.version_retired': ['version', 'successor'],
  'route.path_rejected': ['segment part', 'error'],
  'network.address_not_allowed': [ADDRESS, 'nearest_range list expired_list'],
  'network.address_denied': [ADDRESS, 'list entry'],
  'cors.origin_not_allowed': ['origin', 'allowed'],
  'cors.method_not_allowed': ['origin asked', 'allowed'],
  'cors.header_not_allowed': ['origin asked', 'allowed'],
  'cors.credentials_not_allowed': ['origin asked', ''],
  'csrf.cross_site': ['header origin', 'host'],
  'csrf.origin_mismatch': ['header', 'host'],
  'csrf.referer_not_allowed': ['referer', 'host'],
  'csrf.token_missing': ['missing', 'header cookie'],
  'csrf.token_invalid': ['error', 'header cookie'],
  'csrf.token_expired': ['until', 'header cookie'],
  'headers.required_missing': ['', 'name'],
  'headers.value_not_allowed': ['name', 'rule'],
  'headers.content_type_missing': ['looks_like', 'accepted'],
  'headers.content_type_unsupported': ['sent looks_like', 'accepted'],
  'headers.encoding_unsupported': ['sent', 'accepted'],
  'headers.not_acceptable': ['sent', 'available'],
  'parameter.missing': ['', 'in name'],
  'parameter.invalid': ['in name pointer seen', 'rule expected'],
  'body.too_large': ['seen coding', 'limit'],
  'body.unreadable': ['format line column', 'expected'],
  'body.schema_mismatch': ['pointer seen', 'rule expected'],
  'body.file_not_allowed': ['part detected', 'allowed'],
  'credential.missing': ['came', 'looked'],
  'credential.malformed': ['place', 'error'],
  'credential.kind_not_accepted': ['sent', 'accepted'],
  'credential.unknown': ['prefix', 'similar'],
  'credential.wrong_secret': ['prefix', 'key app'],
  'credential.not_yet_valid': ['key', 'from'],
  'credential.expired': ['key', 'until'],
  'credential.revoked': ['key', 'revoked_at'],
  'credential.wrong_environment': ['key_environment key', 'service_environment'],
  'credential.restricted': ['seen key', 'restriction'],
  'token.revoked': ['subject client tokens', 'revoked_at'],
  'token.inactive': ['subject', 'at issuer'],
  'signature.invalid': ['error reason seen', 'key components'],
  'signature.key_unknown': ['keyid seen', 'components'],
  'signature.stale': ['created expires skew', 'max_age leeway'],
  'signature.replayed': ['nonce created', 'key'],
  'signature.component_missing': ['components', 'missing absent'],
  'signature.digest_mismatch': ['length error', 'algorithms'],
  'tenant.isolated': ['app', 'service tenant'],
  'subscription.not_covered': ['operation app', 'covers plan'],
  'authorization.scope_missing': ['granted app', 'required'],
  'authorization.role_missing': ['has app', 'required'],
  'authorization.external_denied': ['reason answered', 'decider'],
  'authorization.external_unavailable': ['error since', 'decider'],
  'authorization.forbidden': ['values app', 'conditions statement role inherited_from'],
  'authorization.not_permitted': ['seen', 'expected condition permit'],
  'authorization.unavailable': ['error', 'statement'],
  'authorization.not_owner': ['resource owner', 'place rule'],
  'authorization.condition_unmet': ['seen', 'condition name expected'],
  'authorization.step_up_required': ['seen_acr signed_in', 'acr max_age'],
  'limit.rate_exceeded': ['by', 'name limit window'],
  'limit.burst_exceeded': ['by', 'name limit window'],
  'limit.blocked': ['what who', 'until trigger policy reason by'],
  'limit.quota_exhausted': ['by used', 'name quota period renews'],
  'limit.concurrency_exceeded': ['by', 'name limit'],
  'gateway.configuration_stale': ['age', 'limit'],
};

/** The same of the other codes of a family. */
const FAMILIES: Record<string, Row> = { account: ACCOUNT, subscription: SUBSCRIPTION, upstream: UPSTREAM };

/** What is said of an upstream's own refusal beside the picture. */
const ELSEWHERE = ['looks_like', 'because', 'what_next', 'or_like', 'on_the_path', 'origin_body'];

/** Codes of what closes on purpose. */
const CLOSED = /^(edge\.|network\.address_denied|credential\.revoked|token\.revoked)/;

/** Sorts the evidence of a refusal. What nobody sorted here stands with the rest, so that none is lost. */
export function sides(refusal: Schemas['ExplainedRefusal'], asked: Schemas['AskedRequest']): Sides {
  const evidence = (refusal.evidence ?? []).filter((one) => !ELSEWHERE.includes(one.name));
  const [family = '', reason = ''] = refusal.code.split('.');
  const own = Object.hasOwn(ROWS, refusal.code) ? ROWS[refusal.code] : undefined;
  const row = own ?? (Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined);
  const named = (names: string | undefined) =>
    (names ?? '')
      .split(' ')
      .flatMap((name) => evidence.find((one) => one.name === name) ?? absent(name, refusal.code));
  const seen = named(row?.[0]);
  const expected = named(row?.[1]);
  const placed = new Set([...seen, ...expected]);
  const should = Object.hasOwn(STATES, family) && !own ? STATES[family] : undefined;
  if (should) {
    const state = reason.split('_').at(-1) ?? reason;
    seen.unshift({ name: 'state', value: state, audience: 'consumer' });
    expected.unshift({ name: 'state', value: should, audience: 'consumer' });
  }
  if (expected.length > 0 && seen.length === 0) {
    seen.push({ name: 'request', value: `${asked.method} ${asked.path}`, audience: 'consumer' });
  }
  return {
    seen,
    expected,
    more: evidence.filter((one) => !placed.has(one)),
    closed: CLOSED.test(refusal.code),
  };
}

/** What came is worth saying where it is nothing. */
function absent(name: string, code: string): Evidence[] {
  const nothing = code === 'credential.missing' && name === 'came';
  return nothing ? [{ name, value: [], audience: 'consumer' }] : [];
}
