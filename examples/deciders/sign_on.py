"""Stands in for a service that knows who is signed in, and speaks forward auth: it looks at the header
X-Badge, says who that is, and refuses everybody else.

Usage: sign_on.py PORT
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEOPLE = {"blue": "jane", "green": "joe"}


class Check(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        badge = self.headers.get("X-Badge", "")
        person = PEOPLE.get(badge)
        if person:
            self.answer(200, {"X-Auth-User": person})
        elif badge:
            self.answer(403, {"Content-Type": "text/plain"}, b"this badge was given back")
        else:
            self.answer(401, {"WWW-Authenticate": 'Badge realm="sign-on"'})

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Check).serve_forever()
