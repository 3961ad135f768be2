// An OpenID provider whose access tokens are opaque: a random text that only it can read.
//
//   npm install --prefix /tmp/provider oidc-provider@8
//   node examples/introspection/provider.mjs /tmp/provider/node_modules/oidc-provider/lib/index.js 4000
import { pathToFileURL } from 'node:url';

const [library, port] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(library));
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    // Somebody who calls the API.
    {
      client_id: 'till-7',
      client_secret: 'of-the-tills',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'orders:read orders:write',
    },
    // The gateway, which asks about tokens and gets none.
    {
      client_id: 'gateway',
      client_secret: process.env.GATEWAY_SECRET ?? 'of-the-gateway',
      grant_types: [],
      redirect_uris: [],
      response_types: [],
    },
  ],
  scopes: ['orders:read', 'orders:write'],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: { ClientCredentials: 600 },
});
provider.listen(Number(port), '127.0.0.1', () => console.log(issuer));
