"""A mail server that writes what it gets, one JSON object a line.

Options, a JSON object: tls "none", "starttls" or "implicit"; cert, key: files; user, password: who
may log in, and must; reject: an address that is refused for good, defer: one that is for now.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = json.loads(sys.argv[1])


def write(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address == options.get("reject"):
            return "550 5.1.1 no such person"
        if address == options.get("defer"):
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        write(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "data": envelope.content.decode("ascii"),
                "tls": session.ssl is not None or options["tls"] == "implicit",
                "login": bool(session.authenticated),
                "hello": session.host_name,
            }
        )
        return "250 taken"


def authenticate(server, session, envelope, mechanism, auth_data):
    good = LoginPassword(options["user"].encode(), options["password"].encode())
    return AuthResult(success=auth_data == good, handled=False)


context = None
if options["tls"] != "none":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["cert"], options["key"])


def server():
    login = {}
    if "user" in options:
        login = {"authenticator": authenticate, "auth_required": True}
        # With TLS from the first byte, aiosmtpd does not know that there is any.
        login["auth_require_tls"] = options["tls"] == "starttls"
    starttls = context if options["tls"] == "starttls" else None
    return SMTP(
        Handler(),
        tls_context=starttls,
        require_starttls=starttls is not None,
        **login,
    )


async def serve():
    loop = asyncio.get_running_loop()
    implicit = context if options["tls"] == "implicit" else None
    listening = await loop.create_server(server, "127.0.0.1", 0, ssl=implicit)
    write({"port": listening.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
