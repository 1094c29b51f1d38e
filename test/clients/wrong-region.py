"""boto3 configured for a region that is not the server's: its redirector signs again for the right one.

Usage: python wrong-region.py ENDPOINT BUCKET    (keys in the environment). Prints what held, one word a line.
"""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, bucket = sys.argv[1:3]


def client():
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="eu-west-3", config=Config(retries={"total_max_attempts": 1})
    )


def held(name, action):
    action()
    print(name, flush=True)


# A client of its own each, for one that was redirected remembers the bucket's region.
held("head-bucket", lambda: client().head_bucket(Bucket=bucket))
held("put", lambda: client().put_object(Bucket=bucket, Key="k", Body=b"bytes"))
held("head", lambda: client().head_object(Bucket=bucket, Key="k"))
held("get", lambda: client().get_object(Bucket=bucket, Key="k")["Body"].read())
held("list", lambda: client().list_objects_v2(Bucket=bucket))
try:
    client().list_buckets()
except ClientError as error:
    assert error.response["Error"]["Code"] == "AuthorizationHeaderMalformed", error
    assert error.response["Error"]["Region"] == "us-east-1", error
    print("told", flush=True)
