// oidc-provider, told by lines of JSON who signs in next: {"account": "lin"}, {"error":
// "access_denied"}. {"sign": CLAIMS} has it sign a token, {"count": true} say how many were
// refreshed, {"given": true} everything that it gave out or was shown for that. Arguments: the library, a port, the addresses of the gateway's hosts as JSON.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { default: Provider } = await import(pathToFileURL(process.argv[2]).href);
const port = Number(process.argv[3]);
const hosts = JSON.parse(process.argv[4]);
const issuer = `http://127.0.0.1:${port}`;
let next = { account: 'lin' };
let lives = { AccessToken: 3600 };

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (claims) => {
  const text = `${base64url({ alg: 'RS256', kid: 'one', typ: 'logout+jwt' })}.${base64url(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
};

const provider = new Provider(issuer, {
  clients: ['shop-web', 'other-web'].map((client_id) => ({
    client_id,
    client_secret: 'client-secret-canary-7f3a9c',
    redirect_uris: hosts.map((host) => `${host}/.well-known/postern/session/callback`),
    post_logout_redirect_uris: hosts.map((host) => `${host}/bye`),
    grant_types: ['authorization_code', 'refresh_token'],
    backchannel_logout_uri: `${hosts[0]}/.well-known/postern/session/backchannel-logout`,
    backchannel_logout_session_required: true,
  })),
  jwks: { keys: [key] },
  cookies: { keys: ['only for tests'] },
  claims: { openid: ['sub'], profile: ['name', 'groups'] },
  // Groups are in the ID token, and not only at the userinfo endpoint.
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, groups: ['staff'] }),
  }),
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
  scopes: ['openid', 'offline_access', 'profile', 'orders:read'],
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: {
    AccessToken: () => lives.AccessToken,
    IdToken: 3600, Interaction: 600, Session: 3600, Grant: 3600, RefreshToken: 7200,
  },
});

let refreshed = 0;
const given = [];
provider.on('grant.success', (context) => {
  const { code, code_verifier } = context.oidc.params;
  const { access_token, id_token, refresh_token } = context.body;
  given.push(...[code, code_verifier, access_token, id_token, refresh_token].filter(Boolean));
  if (context.oidc.params.grant_type === 'refresh_token') {
    refreshed += 1;
  }
});

const login = async (request, response) => {
  const details = await provider.interactionDetails(request, response);
  if (next.error) {
    const result = { error: next.error, error_description: 'she said no' };
    return provider.interactionFinished(request, response, result);
  }
  const grant = new provider.Grant({ accountId: next.account, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const consent = { grantId: await grant.save() };
  const result = { login: { accountId: next.account }, consent };
  return provider.interactionFinished(request, response, result);
};

const callback = provider.callback();
createServer((request, response) => {
  if (request.url.startsWith('/login/')) {
    login(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else {
    callback(request, response);
  }
}).listen(port, '127.0.0.1', () => console.log(JSON.stringify({ issuer })));

for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if (said.count) {
    console.log(JSON.stringify({ refreshed }));
    continue;
  }
  if (said.given) {
    console.log(JSON.stringify({ given }));
    continue;
  }
  if (said.sign) {
    console.log(JSON.stringify({ token: signed(said.sign) }));
    continue;
  }
  if (said.lives) {
    lives = said.lives;
  } else {
    next = said;
  }
  console.log('{}');
}
process.exit(0);
