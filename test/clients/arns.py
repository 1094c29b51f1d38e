"""Asks for an object in each of the buckets that are named, over AWS's own host names, and prints S3's error for it."""

import socket
import sys

import boto3
import urllib3.util.connection
from botocore.config import Config
from botocore.exceptions import ClientError

port, *buckets = sys.argv[1:]


def connect(_address, *_rest, **_named):
    """As a name service would lead every host here."""
    return socket.create_connection(("127.0.0.1", int(port)))


urllib3.util.connection.create_connection = connect

config = Config(retries={"total_max_attempts": 1})
client = boto3.client("s3", region_name="us-east-1", use_ssl=False, config=config)
for bucket in buckets:
    try:
        client.get_object(Bucket=bucket, Key="k")
        print("answered")
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        print(error.response["Error"]["Code"], status)
