"""Counts until it is told to stop."""

import signal
import sys
import threading

stopped = threading.Event()
# The first process of a container ignores SIGTERM unless it asks for it: `stop` would wait ten seconds.
signal.signal(signal.SIGTERM, lambda *_: stopped.set())

count = 0
while not stopped.is_set():
    count += 1
    print(f"Hello number {count}")
    stopped.wait(1)
print("Goodbye")
sys.exit(0)
