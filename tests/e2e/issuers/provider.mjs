// An OpenID provider that signs what it is told to: a line of JSON claims in, a token out; `rotate`
// among them makes a new key, which signs from then on, while the others stay published.
// Usage: provider.mjs LIBRARY PORT [KEYS], a file that its keys are read from and kept in
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [library, port, file] = process.argv.slice(2);
const { OAuth2Server } = await import(pathToFileURL(library));
const server = new OAuth2Server();
let kid;
const generate = async () => {
  ({ kid } = await server.issuer.keys.generate('RS256'));
  if (file) {
    writeFileSync(file, JSON.stringify(server.issuer.keys.toJSON(true)));
  }
};
if (file && existsSync(file)) {
  for (const key of JSON.parse(readFileSync(file))) {
    ({ kid } = await server.issuer.keys.add(key));
  }
} else {
  await generate();
}
await server.start(Number(port), '127.0.0.1');
server.issuer.url = `http://127.0.0.1:${server.address().port}`;
console.log(JSON.stringify({ issuer: server.issuer.url, port: server.address().port }));
for await (const line of createInterface({ input: process.stdin })) {
  const { rotate, ...claims } = JSON.parse(line);
  if (rotate) {
    await generate();
  }
  const token = await server.issuer.buildToken({
    kid,
    scopesOrTransform: (_, payload) => Object.assign(payload, claims),
  });
  console.log(JSON.stringify({ token }));
}
await server.stop();
