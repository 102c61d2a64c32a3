"""Answers every visitor with what resources/response.json holds at that moment."""

import json
import signal
import sys
from pathlib import Path

from flask import Flask, jsonify
from waitress import serve

RESPONSE = Path(__file__).parent / "resources" / "response.json"

app = Flask(__name__)


@app.get("/")
def hello():
    return jsonify(json.loads(RESPONSE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(app, host="0.0.0.0", port=5000)
