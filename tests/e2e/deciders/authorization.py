"""A server of envoy.service.auth.v3.Authorization with the messages of `envoy-data-plane`, which
shares no code with the gateway. It decides by the header `x-badge` and prints what it was asked.

Usage: authorization.py PORT
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.service.auth import v3 as auth
from envoy_data_plane.envoy.type import v3 as kinds
from envoy_data_plane.google import rpc


def option(key, value):
    return core.HeaderValueOption(header=core.HeaderValue(key=key, value=value))


def denied(status, body="", headers=()):
    return auth.CheckResponse(
        status=rpc.Status(code=7, message="as the status says"),
        denied_response=auth.DeniedHttpResponse(
            status=kinds.HttpStatus(code=kinds.StatusCode(status)),
            body=body,
            headers=[option(*header) for header in headers],
        ),
    )


def check(request, context):
    http = request.attributes.request.http
    print(
        json.dumps(
            {
                "source": request.attributes.source.address.socket_address.address,
                "method": http.method,
                "path": http.path,
                "host": http.host,
                "scheme": http.scheme,
                "protocol": http.protocol,
                "id": http.id,
                "headers": dict(http.headers),
                "body": http.body,
                "size": http.size,
                "extensions": dict(request.attributes.context_extensions),
            }
        ),
        flush=True,
    )
    badge = http.headers.get("x-badge", "")
    if badge == "blue":
        return auth.CheckResponse(
            status=rpc.Status(code=0),
            ok_response=auth.OkHttpResponse(
                headers=[option("x-user", "jane"), option("x-evil", "1")],
                headers_to_remove=["x-level"],
            ),
        )
    if badge == "slow":
        time.sleep(3)
    if badge == "error":
        context.abort(grpc.StatusCode.UNAVAILABLE, "not today")
    if badge == "":
        return denied(401, headers=[("WWW-Authenticate", 'Badge realm="grpc"')])
    if badge == "page":
        return denied(302, headers=[("Location", "https://sso.test/login")])
    if badge == "bare":
        return auth.CheckResponse(status=rpc.Status(code=16, message="nobody knows you"))
    if badge == "liar":
        both = denied(403, body="a lie")
        return auth.CheckResponse(status=rpc.Status(code=0), denied_response=both.denied_response)
    if badge == "long":
        return denied(403, body="x" * (1 << 20))
    return denied(403, body=f"no entry with {badge}")


handler = grpc.unary_unary_rpc_method_handler(
    check,
    request_deserializer=auth.CheckRequest.parse,
    response_serializer=bytes,
)
server = grpc.server(ThreadPoolExecutor(max_workers=8))
service = "envoy.service.auth.v3.Authorization"
server.add_generic_rpc_handlers(
    (grpc.method_handlers_generic_handler(service, {"Check": handler}),)
)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
