"""var_keeper: stores named variables in MySQL and gives them back over HTTP.

POST /var/<name>  with the form field `value` stores a variable
GET  /var/<name>  answers with its value, or 404
GET  /health      answers 200 when the database can be reached
"""

import os
import signal
import sys
from contextlib import contextmanager

import pymysql
from flask import Flask, Response, request
from waitress import serve

LONGEST_NAME = 64

# The binary collation keeps `Rope` and `rope` two variables.
TABLE = f"""
    CREATE TABLE IF NOT EXISTS variables (
        name VARCHAR({LONGEST_NAME}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
        value TEXT CHARACTER SET utf8mb4 NOT NULL
    )
"""

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 16 * 1024


@contextmanager
def cursor():
    """A cursor on a connection of its own, committed at the end.

    The table is made here, where it is used: the database may be younger than this process.
    """
    connection = pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"],
        database=os.environ["MYSQL_DATABASE"],
        charset="utf8mb4",
        connect_timeout=3,
        read_timeout=5,
        write_timeout=5,
    )
    with connection:
        with connection.cursor() as opened:
            opened.execute(TABLE)
            yield opened
        connection.commit()


def text(body, status=200):
    """Plain text, so that a stored value is never read as a page by a browser."""
    return Response(f"{body}\n", status=status, content_type="text/plain; charset=utf-8")


@app.errorhandler(pymysql.err.OperationalError)
@app.errorhandler(pymysql.err.InterfaceError)
def database_unreachable(error):
    app.logger.warning("database: %s", error)
    return text("the database does not answer", 503)


@app.post("/var/<name>")
def store(name):
    value = request.form.get("value")
    if value is None:
        return text("the form field `value` is missing", 400)
    if len(name) > LONGEST_NAME:
        return text(f"a name has at most {LONGEST_NAME} characters", 400)
    with cursor() as opened:
        opened.execute(
            "INSERT INTO variables (name, value) VALUES (%s, %s) AS new ON DUPLICATE KEY UPDATE value = new.value",
            (name, value),
        )
    return text(f"stored {name}")


@app.get("/var/<name>")
def read(name):
    with cursor() as opened:
        opened.execute("SELECT value FROM variables WHERE name = %s", (name,))
        row = opened.fetchone()
    return text(row[0]) if row else text(f"no variable {name}", 404)


@app.get("/health")
def health():
    with cursor() as opened:
        opened.execute("SELECT 1")
    return text("ok")


if __name__ == "__main__":
    # The first process of a container ignores SIGTERM unless it asks for it: `down` would wait ten seconds.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(app, host="0.0.0.0", port=5000, threads=int(os.environ.get("THREADS", "4")))
