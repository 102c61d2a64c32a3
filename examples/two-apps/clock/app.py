"""Tells the time."""

import signal
import sys
from datetime import datetime, timezone

from flask import Flask
from waitress import serve

app = Flask(__name__)


@app.get("/")
def clock():
    return f"clock: {datetime.now(timezone.utc):%H:%M:%S} UTC\n", {"Content-Type": "text/plain; charset=utf-8"}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(app, host="0.0.0.0", port=5000)
