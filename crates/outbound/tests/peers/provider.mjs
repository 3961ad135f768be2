// oauth2-mock-server, told by lines of JSON how the next sign-ins are to go:
//   key: a new signing key of this algorithm; the ones before are forgotten with forget: true
//   header, payload: members of the ID token, null to leave one out; both: of the access token too
//   userinfo: its answer; token: {status, body} of the token endpoint; redirect: query parameters
// Serves by HTTPS where files with a key and a certificate are given as well.
// Each line is answered with {"ok": true, …}.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , library, key, certificate] = process.argv;
const { OAuth2Server } = await import(pathToFileURL(library));
const server = new OAuth2Server(key, certificate);
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
server.issuer.url = `${key ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;

let told = {};
let signWith;
const seen = [];

const change = (target, changes = {}) => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete target[name];
    else target[name] = value;
  }
};

const build = server.issuer.buildToken.bind(server.issuer);
server.issuer.buildToken = (options) => build({ ...options, kid: signWith });
server.service.on('beforeTokenSigning', (token) => {
  // The access token has a scope, the ID token an audience.
  if (token.payload.aud === undefined) return;
  change(token.header, told.header);
  change(token.payload, told.payload);
});
server.service.on('beforeResponse', (response, request) => {
  seen.push({ authorization: request.headers.authorization ?? null, body: request.body });
  change(response.body, told.body);
  if (told.token) {
    response.statusCode = told.token.status;
    response.body = told.token.body;
  }
});
server.service.on('beforeUserinfo', (response) => {
  if (told.userinfo) response.body = told.userinfo;
  if (told.userinfoStatus) response.statusCode = told.userinfoStatus;
});
server.service.on('beforeAuthorizeRedirect', (redirect) => {
  for (const [name, value] of Object.entries(told.redirect ?? {})) {
    if (value === null) redirect.url.searchParams.delete(name);
    else redirect.url.searchParams.set(name, value);
  }
});

const write = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
write({ issuer: server.issuer.url });
for await (const line of createInterface({ input: process.stdin })) {
  told = JSON.parse(line);
  if (told.key) signWith = (await server.issuer.keys.generate(told.key)).kid;
  if (told.unpublished) {
    // Signed with a key that is not among the published ones.
    const keys = server.issuer.keys;
    const published = keys.toJSON().filter((key) => key.kid !== signWith);
    keys.toJSON = () => published;
  }
  write({ ok: true, seen: seen.splice(0) });
}
process.exit(0);
