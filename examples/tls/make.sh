#!/bin/sh
# Makes an authority and a certificate for localhost in this folder, valid for 30 days.
set -eu
cd "$(dirname "$0")"
umask 077
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Example authority" \
    -addext "basicConstraints=critical,CA:TRUE" -keyout ca.key -out ca.crt
openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout localhost.key -out localhost.csr
printf '%s\n' "subjectAltName=DNS:localhost,IP:127.0.0.1" "basicConstraints=CA:FALSE" > localhost.ext
openssl x509 -req -in localhost.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
    -extfile localhost.ext -out localhost.crt
rm -f localhost.csr localhost.ext ca.srl
