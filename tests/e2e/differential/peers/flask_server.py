"""Says what Flask made of a request."""
import sys

from flask import Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler

app = Flask(__name__)
WSGIRequestHandler.protocol_version = "HTTP/1.1"


@app.before_request
def tell():
    request.get_data()
    return jsonify(
        method=request.method,
        raw=request.environ["RAW_URI"],
        path=request.path,
        host=request.host,
        headers={name.lower(): value for name, value in request.headers.items()},
    )


app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
