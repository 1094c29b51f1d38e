"""What every script of a Python library needs: where the server is, the files of the source folder, and how to say that
a step held."""

import os
import sys

MIB = 1024 * 1024
ENDPOINT = os.environ["ENDPOINT"]
PLACE = os.environ["PLACE"]
BUCKET = os.environ["BUCKET"]
REGION = os.environ["AWS_REGION"]
ACCESS_KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]
WRONG_SECRET = os.environ["WRONG_SECRET"]
SOURCE = os.environ["SOURCE"]
BIG = "big.bin"


def source_files():
    """The bytes of every file of the source folder, by its path in it."""
    files = {}
    for folder, _, names in os.walk(SOURCE):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, SOURCE)] = file.read()
    return files


FILES = source_files()


def held(what):
    print(what, flush=True)


def expect(condition, what):
    if not condition:
        sys.exit(f"did not hold: {what}")


def refused(kind, act, *words, **more):
    """The call ends with an error of that kind; gives its text."""
    try:
        act(*words, **more)
    except kind as error:
        return f"{type(error).__name__} {error}"
    sys.exit(f"was not refused: {act}")
