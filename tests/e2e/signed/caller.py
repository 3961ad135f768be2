"""Signs requests with PyPI's http-message-signatures and sends them, one for each line of JSON."""

import datetime
import json
import sys

import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

ALGORITHMS = {
    "rsa-pss-sha512": algorithms.RSA_PSS_SHA512,
    "rsa-v1_5-sha256": algorithms.RSA_V1_5_SHA256,
    "hmac-sha256": algorithms.HMAC_SHA256,
    "ecdsa-p256-sha256": algorithms.ECDSA_P256_SHA256,
    "ecdsa-p384-sha384": getattr(algorithms, "ECDSA_P384_SHA384", None),
    "ed25519": algorithms.ED25519,
}


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key):
        self.key = key

    def resolve_private_key(self, key_id):
        if self.key.startswith("-----BEGIN"):
            return load_pem_private_key(self.key.encode(), password=None)
        return self.key.encode()


session = requests.Session()
session.trust_env = False
for line in sys.stdin:
    asked = json.loads(line)
    body = asked.get("body")
    request = requests.Request(asked["method"], asked["url"], data=body, headers=asked.get("headers") or {})
    request = session.prepare_request(request)
    # As it will be sent.
    request.headers["Host"] = request.url.split("/")[2]
    signer = HTTPMessageSigner(
        signature_algorithm=ALGORITHMS[asked["algorithm"]], key_resolver=Keys(asked["key"])
    )
    now = datetime.datetime.now(datetime.timezone.utc)
    created = now + datetime.timedelta(seconds=asked.get("later", 0))
    more = {"body": request.body.encode() if isinstance(request.body, str) else request.body} if body else {}
    signer.sign(
        request,
        key_id=asked["keyid"],
        created=created,
        nonce=asked.get("nonce"),
        include_alg=asked.get("alg", True),
        covered_component_ids=asked["covered"],
        **more,
    )
    for name, value in (asked.get("changed") or {}).items():
        if value is None:
            del request.headers[name]
        else:
            request.headers[name] = value
    answer = session.send(request, timeout=10)
    print(
        json.dumps(
            {
                "status": answer.status_code,
                "denial": answer.headers.get("Postern-Denial"),
                "body": answer.text,
                "sent": dict(request.headers),
            }
        ),
        flush=True,
    )
