"""A client of boto3, or of a library with its interface, for the script that imports this; and how a script says that a step held.

Usage of such a script: python SCRIPT MODULE ENDPOINT REGION BUCKET [MORE …]    (keys in the environment)
"""

import importlib
import json
import sys
from os import environ

MIB = 1024 * 1024

module, endpoint, region, bucket = sys.argv[1:5]
library = importlib.import_module(module)
botocore = "ibm_botocore" if module == "ibm_boto3" else "botocore"
ClientError = importlib.import_module(f"{botocore}.exceptions").ClientError
Config = importlib.import_module(f"{botocore}.config").Config
TransferConfig = importlib.import_module(f"{module}.s3.transfer").TransferConfig


def client(**more):
    """`CERTIFICATE` names the certificate of the test's own server where it speaks TLS."""
    return library.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=environ["ACCESS_KEY_ID"],
        aws_secret_access_key=environ["SECRET_ACCESS_KEY"],
        verify=environ.get("CERTIFICATE"),
        **more,
    )


def single_attempt_client():
    """A second attempt would hide what the first one met."""
    return client(config=Config(retries={"total_max_attempts": 1}))


def held(what):
    print(json.dumps({"held": what}), flush=True)


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


def refused(code, call, **arguments):
    try:
        call(Bucket=bucket, **arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        expect(got == code, f"expected {code}, got {got}: {error}")
        return
    raise AssertionError(f"expected {code}, got an answer")
