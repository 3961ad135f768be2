/**
 * How people say what a code means, in other products' words and their own. A phrase is found where all words of
 * a row stand in it, in any order.
 */
const ROWS: Array<[words: string, code: string]> = [
  ['ip not whitelisted', 'network.address_not_allowed'],
  ['ip not allowed', 'network.address_not_allowed'],
  ['ip address not allowed', 'network.address_not_allowed'],
  ['not in allowlist', 'network.address_not_allowed'],
  ['whitelist', 'network.address_not_allowed'],
  ['allowlist', 'network.address_not_allowed'],
  ['ip blocked', 'edge.address_blocked'],
  ['ip blacklisted', 'network.address_denied'],
  ['ip banned', 'network.address_denied'],
  ['key blocked', 'limit.blocked'],
  ['temporarily blocked', 'limit.blocked'],
  ['geo blocked', 'network.country_not_allowed'],
  ['not available in your country', 'network.country_not_allowed'],
  ['denylist', 'network.address_denied'],
  ['no api key', 'credential.missing'],
  ['missing api key', 'credential.missing'],
  ['missing authentication', 'credential.missing'],
  ['invalid api key', 'credential.unknown'],
  ['invalid key', 'credential.unknown'],
  ['unknown key', 'credential.unknown'],
  ['invalid authentication credentials', 'credential.unknown'],
  ['key expired', 'credential.expired'],
  ['token expired', 'credential.expired'],
  ['jwt expired', 'credential.expired'],
  ['key revoked', 'credential.revoked'],
  ['token revoked', 'token.revoked'],
  ['wrong environment', 'credential.wrong_environment'],
  ['staging key', 'credential.wrong_environment'],
  ['sandbox key', 'credential.wrong_environment'],
  ['unauthorized', 'credential'],
  ['not subscribed', 'subscription.missing'],
  ['no subscription', 'subscription.missing'],
  ['cannot consume this service', 'subscription.missing'],
  ['waiting approval', 'subscription.pending'],
  ['awaiting approval', 'subscription.pending'],
  ['pending approval', 'subscription.pending'],
  ['not approved', 'subscription.pending'],
  ['subscription rejected', 'subscription.rejected'],
  ['subscription suspended', 'subscription.suspended'],
  ['insufficient scope', 'authorization.scope_missing'],
  ['missing scope', 'authorization.scope_missing'],
  ['insufficient permissions', 'authorization'],
  ['permission denied', 'authorization'],
  ['access denied', 'authorization'],
  ['forbidden', 'authorization'],
  ['rate limit', 'limit.rate_exceeded'],
  ['too many requests', 'limit.rate_exceeded'],
  ['throttled', 'limit.rate_exceeded'],
  ['quota exceeded', 'limit.quota_exhausted'],
  ['out of call volume quota', 'limit.quota_exhausted'],
  ['unsupported media type', 'headers.content_type_unsupported'],
  ['content type', 'headers.content_type_unsupported'],
  ['missing content type', 'headers.content_type_missing'],
  ['payload too large', 'body.too_large'],
  ['request entity too large', 'body.too_large'],
  ['body too large', 'body.too_large'],
  ['no route matched', 'route.not_found'],
  ['route not found', 'route.not_found'],
  ['not found', 'route.not_found'],
  ['method not allowed', 'route.method_not_allowed'],
  ['bad gateway', 'upstream'],
  ['gateway timeout', 'upstream'],
  ['service unavailable', 'upstream'],
  ['no healthy upstream', 'upstream'],
  ['upstream', 'upstream'],
  ['app suspended', 'account.app_suspended'],
  ['account suspended', 'account'],
  ['certificate', 'connection'],
  ['tls required', 'connection.tls_required'],
  ['https required', 'connection.tls_required'],
];

const words = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** The codes (or families of codes) that a phrase may mean, the most telling first. */
export function codesOf(phrase: string): string[] {
  const said = new Set(words(phrase));
  const found = ROWS.map(([row, code]) => ({ code, words: words(row) }))
    .filter((row) => row.words.every((word) => said.has(word)))
    .sort((a, b) => b.words.length - a.words.length);
  return [...new Set(found.map((row) => row.code))];
}

/** Other products' words for the rooms of the console. */
const ROOMS: Array<[words: string[], to: string]> = [
  [
    [
      'refusal',
      'refusals',
      'denial',
      'denials',
      'errors',
      'logs',
      'log',
      'requests',
      'traffic',
      '403',
      '401',
    ],
    '/refusals',
  ],
  [['can', 'simulate', 'simulator', 'test', 'playground', 'debugger'], '/can'],
  [['approval', 'approvals', 'approve', 'subscription', 'subscriptions', 'inbox', 'pending'], '/approvals'],
  [
    [
      'app',
      'apps',
      'application',
      'applications',
      'consumer',
      'consumers',
      'client',
      'clients',
      'key',
      'keys',
      'credential',
      'credentials',
    ],
    '/apps',
  ],
  [
    [
      'service',
      'services',
      'api',
      'apis',
      'route',
      'routes',
      'operation',
      'operations',
      'endpoint',
      'endpoints',
      'openapi',
      'swagger',
      'upstream',
      'upstreams',
      'product',
      'products',
    ],
    '/services',
  ],
  [['issuer', 'issuers', 'jwt', 'jwks', 'oidc', 'idp', 'openid', 'token', 'tokens'], '/issuers'],
  [
    ['list', 'lists', 'allowlist', 'denylist', 'whitelist', 'blacklist', 'ip', 'ips', 'addresses', 'blocks'],
    '/lists',
  ],
  [['session', 'sessions', 'browser', 'browsers', 'cookie', 'login', 'logout'], '/sessions'],
  [['change', 'proposal', 'proposals', 'propose', 'review', 'reviews'], '/change-requests'],
  [['listener', 'listeners', 'port', 'ports', 'tls', 'https', 'mtls', 'proxy', 'http2'], '/listeners'],
  [['audit', 'trail', 'history', 'changes'], '/audit'],
  [['revision', 'revisions', 'rollback', 'versions'], '/revisions'],
  [
    [
      'people',
      'user',
      'users',
      'member',
      'members',
      'team',
      'teams',
      'tenant',
      'tenants',
      'workspace',
      'workspaces',
      'role',
      'roles',
      'invite',
    ],
    '/users',
  ],
  [['account', 'password', 'session', 'sessions', 'profile', 'token', 'tokens'], '/account'],
];

/** The rooms that a word means: team is tenant, consumer is app, API route is operation. */
export function roomsOf(text: string): string[] {
  const said = words(text);
  if (said.length === 0 || said.length > 3) return [];
  return ROOMS.filter(([names]) =>
    said.some((word) => names.some((name) => name === word || (word.length > 2 && name.startsWith(word)))),
  ).map(([, to]) => to);
}
