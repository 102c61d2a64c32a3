"""Throws a die."""

import random
import signal
import sys

from flask import Flask
from waitress import serve

app = Flask(__name__)


@app.get("/")
def dice():
    return f"dice: {random.randint(1, 6)}\n", {"Content-Type": "text/plain; charset=utf-8"}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(app, host="0.0.0.0", port=5000)
