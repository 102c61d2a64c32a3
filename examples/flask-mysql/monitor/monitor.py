"""Reports on a schedule what the database of var_keeper holds.

A line every INTERVAL seconds: how many variables there are, and how long the longest value is.
"""

import os
import signal
import threading

import pymysql

stopped = threading.Event()


def report():
    """One line on the state of the database, whatever it is."""
    try:
        connection = pymysql.connect(
            host=os.environ["MYSQL_HOST"],
            user=os.environ["MYSQL_USER"],
            password=os.environ["MYSQL_PASSWORD"],
            database=os.environ["MYSQL_DATABASE"],
            connect_timeout=3,
            read_timeout=5,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), COALESCE(MAX(CHAR_LENGTH(value)), 0) FROM variables")
            count, longest = cursor.fetchone()
        return f"variables: {count}, longest value: {longest} characters"
    except pymysql.err.ProgrammingError:
        return "variables: none was ever stored"
    except pymysql.err.Error as error:
        return f"the database does not answer: {error.args[0]}"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    while not stopped.is_set():
        print(report(), flush=True)
        stopped.wait(float(os.environ.get("INTERVAL", "10")))
