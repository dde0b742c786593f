"""A mail server on loopback, by aiosmtpd: mail_server.py FOLDER [OPTION…]

Every mail it accepts is a file FOLDER/<n>.eml, as it came, beside its envelope FOLDER/<n>.json. A connection is a line in
FOLDER/connections, and FOLDER/port says where it listens. What it does with a mail, the recipient's name says:

    refused@      550 to RCPT                   badmail@     554 to the mail
    grey…@        451 to RCPT, the first time   full@        452 to the mail
    busy@         421 to RCPT                   drop@        takes the whole mail, then drops the connection
    slow@         no answer to RCPT             silent@      takes the whole mail, and says no more

Options: --port N, --certificate FILE and --key FILE for --tls starttls or --tls smtps, --login (only after AUTH with the user
and the password in the environment's MAIL_USER and MAIL_PASSWORD), --refuse-sender (550 to MAIL),
--stale (a second mail on a connection meets an end: 'drop' without a word, '421' with one), --slow SECONDS (so long for each
mail), --refuse-all (451 to every RCPT).

SIGTERM ends it at once, but between two steps: a mail that it keeps is one it has said 250 to.
"""

import argparse
import asyncio
import json
import os
import signal
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("folder")
arguments.add_argument("--port", type=int, default=0)
arguments.add_argument("--tls", choices=["starttls", "smtps"])
arguments.add_argument("--certificate")
arguments.add_argument("--key")
arguments.add_argument("--login", action="store_true")
arguments.add_argument("--refuse-sender", action="store_true")
arguments.add_argument("--stale", choices=["drop", "421"])
arguments.add_argument("--slow", type=float, default=0)
arguments.add_argument("--refuse-all", action="store_true")
options = arguments.parse_args()


class Handler:
    def __init__(self):
        # Goes on where an earlier server of this folder ended.
        self.mails = sum(name.endswith(".eml") for name in os.listdir(options.folder))
        self.greylisted = set()

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if options.refuse_sender:
            return "550 5.7.1 this sender may not"
        if options.stale and getattr(session, "has_sent", False):
            if options.stale == "drop":
                server.transport.abort()
            return "421 4.4.2 idle for too long"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        name = address.split("@")[0]
        if options.refuse_all:
            return "451 4.3.0 try again later"
        if name == "refused":
            return "550 5.1.1 nobody of that name here"
        if name.startswith("grey") and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 greylisted, try again"
        if name == "busy":
            return "421 4.3.2 too busy"
        if name == "slow":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "badmail":
            return "554 5.6.0 not this mail"
        if name == "full":
            return "452 4.2.2 mailbox full"
        if name == "drop":
            server.transport.abort()
        if name == "silent":
            await asyncio.sleep(3600)
        if options.slow:
            await asyncio.sleep(options.slow)
        session.has_sent = True
        self.mails += 1
        path = f"{options.folder}/{self.mails}"
        secured = server.transport.get_extra_info("sslcontext") is not None
        with open(f"{path}.json", "w") as file:
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": secured}, file)
        with open(f"{path}.part", "wb") as file:
            file.write(envelope.original_content)
        os.rename(f"{path}.part", f"{path}.eml")
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    given = (data.login, data.password)
    wanted = (os.environ["MAIL_USER"].encode(), os.environ["MAIL_PASSWORD"].encode())
    return AuthResult(success=given == wanted, handled=False)


def connection():
    with open(f"{options.folder}/connections", "a") as file:
        file.write("connection\n")
    login = {"auth_required": True, "authenticator": authenticate, "auth_require_tls": False} if options.login else {}
    return SMTP(
        handler,
        hostname="mail.test",
        tls_context=context if options.tls == "starttls" else None,
        **login,
    )


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    secured = context if options.tls == "smtps" else None
    server = await loop.create_server(connection, "127.0.0.1", options.port, ssl=secured)
    with open(f"{options.folder}/port.part", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(f"{options.folder}/port.part", f"{options.folder}/port")
    await server.serve_forever()


handler = Handler()
context = None
if options.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
try:
    asyncio.run(main())
except asyncio.CancelledError:
    pass
