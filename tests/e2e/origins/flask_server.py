"""Flask with Flask-WTF's check of forms. Usage: flask_server.py PORT"""

import sys

from flask import Flask, abort
from flask_wtf.csrf import CSRFProtect

app = Flask(__name__)
app.secret_key = "not a secret"
protect = CSRFProtect(app)


@app.post("/flask/form")
def form():
    return "ok"


@app.post("/flask/closed")
@protect.exempt
def closed():
    abort(403)


app.run("127.0.0.1", int(sys.argv[1]))
