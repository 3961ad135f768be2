// An OpenID provider that signs what it is told to: a line of JSON claims in, a token out.
// Usage: provider.mjs LIBRARY PORT
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [library, port] = process.argv.slice(2);
const { OAuth2Server } = await import(pathToFileURL(library));
const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(Number(port), '127.0.0.1');
server.issuer.url = `http://127.0.0.1:${server.address().port}`;
console.log(JSON.stringify({ issuer: server.issuer.url, port: server.address().port }));
for await (const line of createInterface({ input: process.stdin })) {
  const claims = JSON.parse(line);
  const token = await server.issuer.buildToken({
    scopesOrTransform: (_, payload) => Object.assign(payload, claims),
  });
  console.log(JSON.stringify({ token }));
}
await server.stop();
