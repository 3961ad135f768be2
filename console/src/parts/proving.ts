import { quoted, type Sent } from './curl';
import { filled, KEY_FILE } from './signing';

/** An Ed25519 key as it stands in a JWK (RFC 8037 §2), with its public half in `$X`. */
const HEADER = '{"typ":"dpop+jwt","alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"%s"}}';

/**
 * Sends a request with a token that is bound to a key, and a proof that whoever sends it has that key (RFC 9449),
 * by OpenSSL. A nonce that the gateway gives out is in it, where it gives one.
 */
export function withProof(sent: Sent, token: string): Sent {
  const [target = ''] = sent.url.split(/[?#]/, 1);
  const claims = `{"jti":"%s","htm":"${sent.method}","htu":"%s","iat":%s,"ath":"%s"%s}`;
  const values = `"$(openssl rand -hex 16)" ${quoted(target)} "$(date +%s)" "$ATH" "\${NONCE:+,\\"nonce\\":\\"$NONCE\\"}"`;
  return {
    ...sent,
    before: [
      `TOKEN=${quoted(token)}`,
      `base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }`,
      `X=$(openssl pkey -in ${KEY_FILE} -pubout -outform DER | tail -c 32 | base64url)`,
      'ATH=$(printf %s "$TOKEN" | openssl dgst -sha256 -binary | base64url)',
      `NONCE=$(curl -s -o /dev/null -D - ${quoted(sent.url)} | tr -d '\\r' | sed -n 's/^dpop-nonce: //ip')`,
      `HEADER=$(printf '${HEADER}' "$X" | base64url)`,
      `CLAIMS=$(printf '${claims}' ${values} | base64url)`,
      'SIGNED=$(mktemp)',
      'printf %s "$HEADER.$CLAIMS" > "$SIGNED"',
      `SIGNATURE=$(openssl pkeyutl -sign -rawin -inkey ${KEY_FILE} -in "$SIGNED" | base64url)`,
    ],
    options: [
      ...(sent.options ?? []),
      '-H',
      filled('Authorization: DPoP $TOKEN'),
      '-H',
      filled('DPoP: $HEADER.$CLAIMS.$SIGNATURE'),
    ],
  };
}
