"""Calls through the gateway at the first argument."""
import sys

import grpc

with grpc.insecure_channel(sys.argv[1]) as channel:
    print("unary", channel.unary_unary("/grpc.Test/Echo")(b"hello", timeout=10).decode())
    answers = channel.stream_stream("/grpc.Test/Echo")(iter([b"a", b"b", b"c"]), timeout=10)
    print("stream", len(list(answers)))
    try:
        channel.unary_unary("/grpc.Test/Missing")(b"", timeout=10)
    except grpc.RpcError as error:
        fields = dict(error.initial_metadata() or ()) | dict(error.trailing_metadata() or ())
        print(error.code().name, fields.get("postern-denial"))
