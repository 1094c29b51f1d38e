"""boto3 with temporary credentials from the environment, as AWS_SESSION_TOKEN gives them. Prints one JSON object.

Usage: python session-tokens.py ENDPOINT REGION BUCKET
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, region, bucket = sys.argv[1:4]


def client(**config):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=region, config=Config(retries={"total_max_attempts": 1}, **config)
    )


s3 = client()
try:
    s3.put_object(Bucket=bucket, Key="boto", Body=b"by boto")
    body = s3.get_object(Bucket=bucket, Key="boto")["Body"].read().decode()
    urls = [
        client(signature_version=version).generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "boto"})
        for version in ("s3v4", "s3")
    ]
    post = s3.generate_presigned_post(bucket, "posted")
    print(json.dumps({"body": body, "urls": urls, "post": post}))
except ClientError as error:
    print(json.dumps({"refused": error.response["Error"]["Code"]}))
