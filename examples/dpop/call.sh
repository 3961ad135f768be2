#!/bin/sh
# Sends a request with a token that is bound to a key, and a new proof of having that key (RFC 9449),
# which openssl signs. What follows goes to curl.
#
# Usage: call.sh KEY.pem TOKEN METHOD URL [CURL OPTIONS]...
set -eu
key=$1 token=$2 method=$3 url=$4
shift 4

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

x=$(openssl pkey -in "$key" -pubout -outform DER | tail -c 32 | base64url)
ath=$(printf %s "$token" | openssl dgst -sha256 -binary | base64url)
header=$(printf '{"typ":"dpop+jwt","alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"%s"}}' "$x" | base64url)
claims=$(printf '{"jti":"%s","htm":"%s","htu":"%s","iat":%s,"ath":"%s"}' \
  "$(openssl rand -hex 16)" "$method" "${url%%[?#]*}" "$(date +%s)" "$ath" | base64url)
signed=$(mktemp)
trap 'rm -f "$signed"' EXIT
printf %s "$header.$claims" >"$signed"
signature=$(openssl pkeyutl -sign -inkey "$key" -rawin -in "$signed" | base64url)
curl -sS -X "$method" "$url" -H "Authorization: DPoP $token" -H "DPoP: $header.$claims.$signature" "$@"
