"""An OAuth client that shares no code with the gateway: gets a token, and calls with it.

Arguments: the token endpoint, id, key, how the client shows itself, an address, and a scope or nothing;
and where the token is given up in the end, if it is. Prints what came of it as JSON.
"""

import json
import sys

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

endpoint, client_id, client_secret, method, address, scope = sys.argv[1:7]
session = OAuth2Session(
    client_id,
    client_secret,
    scope=scope or None,
    token_endpoint_auth_method=method,
)
try:
    token = session.fetch_token(endpoint, grant_type="client_credentials")
    answer = session.get(address, timeout=10)
    got = {"token": token, "status": answer.status_code}
    for place in sys.argv[7:]:
        given_up = session.revoke_token(place, token=token["access_token"])
        got["given_up"] = given_up.status_code
    print(json.dumps(got))
except OAuthError as error:
    print(json.dumps({"error": error.error, "description": error.description}))
