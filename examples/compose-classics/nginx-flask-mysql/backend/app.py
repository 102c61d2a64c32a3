"""Lists the posts that it finds in the database, and puts a few there first."""

import os
import signal
import sys
from pathlib import Path

import pymysql
from flask import Flask
from waitress import serve

app = Flask(__name__)


def connect():
    return pymysql.connect(
        host=os.environ["MYSQL_HOST"],
        user="root",
        password=Path("/run/secrets/db_password").read_text(encoding="utf-8").strip(),
        database="example",
        connect_timeout=3,
    )


def fill():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS posts (id INT PRIMARY KEY, title VARCHAR(100) NOT NULL)")
        cursor.executemany("INSERT IGNORE INTO posts VALUES (%s, %s)", [(n, f"Post number {n}") for n in range(1, 4)])
        connection.commit()


@app.get("/")
def posts():
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT title FROM posts ORDER BY id")
        titles = [title for (title,) in cursor.fetchall()]
    return "".join(f"<p>{title}</p>\n" for title in titles)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    fill()
    serve(app, host="0.0.0.0", port=5000)
