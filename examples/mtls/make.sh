#!/bin/sh
# Makes an authority, a certificate for localhost, and one for each of two tills, valid for 30 days:
# in this folder, or in the one that is named.
set -eu
cd "${1:-$(dirname "$0")}"
umask 077

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Example authority" \
    -addext "basicConstraints=critical,CA:TRUE" -keyout ca.key -out ca.crt

# NAME, SUBJECT, EXTENSIONS
issue() {
    openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
    printf '%s\n' "basicConstraints=CA:FALSE" "$3" > "$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
        -extfile "$1.ext" -out "$1.crt"
    rm -f "$1.csr" "$1.ext"
}

issue localhost /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
issue till-7 "/O=Example/CN=till-7" "subjectAltName=URI:spiffe://example.com/till/7"
issue till-8 "/O=Example/CN=till-8" "extendedKeyUsage=clientAuth"
rm -f ca.srl
