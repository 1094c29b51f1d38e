"""ibm_boto3 in IAM mode: an API key, the token that it gets for it, and what the token is good for.

Usage: python ibm-iam.py ENDPOINT BUCKET    (API_KEY, INSTANCE in the environment; CERTIFICATE where the server speaks TLS)

Prints one JSON line for each thing that held.
"""

import hashlib
import json
import sys
from os import environ

import ibm_boto3
from ibm_botocore.config import Config
from ibm_botocore.credentials import CredentialRetrievalError
from ibm_botocore.exceptions import ClientError

endpoint, bucket = sys.argv[1:3]
MIB = 1024 * 1024


def client(api_key):
    return ibm_boto3.client(
        "s3",
        endpoint_url=endpoint,
        ibm_api_key_id=api_key,
        ibm_service_instance_id=environ["INSTANCE"],
        ibm_auth_endpoint=f"{endpoint}/identity/token",
        config=Config(signature_version="oauth", retries={"total_max_attempts": 1}),
        verify=environ.get("CERTIFICATE"),
    )


def held(what):
    print(json.dumps({"held": what}), flush=True)


s3 = client(environ["API_KEY"])
headers = []
s3.meta.events.register("before-send.s3", lambda request, **_: headers.append(dict(request.headers)))

s3.create_bucket(Bucket=bucket)
sent = {name.lower(): text if isinstance(text, str) else text.decode() for name, text in headers[-1].items()}
assert sent["ibm-service-instance-id"] == environ["INSTANCE"], sent
assert sent["authorization"].startswith("Bearer ") and "x-amz-date" not in sent, sent
held("create")

assert bucket in [one["Name"] for one in s3.list_buckets()["Buckets"]]
held("list")

s3.put_object(Bucket=bucket, Key="a key é+&.txt", Body=b"bytes")
assert s3.get_object(Bucket=bucket, Key="a key é+&.txt")["Body"].read() == b"bytes"
held("object")

upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
bodies = [b"a" * (5 * MIB), b"b" * MIB]
parts = []
for number, body in enumerate(bodies, 1):
    answer = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=number, Body=body)
    assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    parts.append({"PartNumber": number, "ETag": answer["ETag"]})
s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"".join(bodies)
held("multipart")

manager = s3._request_signer._credentials.token_manager
first = manager.get_token()
manager._refresh()
assert manager.get_token(), "a refresh token gets a token"
assert s3.head_object(Bucket=bucket, Key="parts")["ContentLength"] == 6 * MIB
held("refresh")

try:
    client("nobody-has-this-api-key").list_buckets()
    raise AssertionError("an unknown API key was taken")
except CredentialRetrievalError as error:
    assert "could not be found" in str(error), error
held("unknown key")


def forge(request, **_):
    request.headers["Authorization"] = f"Bearer {first}x"


s3.meta.events.register("before-send.s3.ListObjects", forge)
try:
    s3.list_objects(Bucket=bucket)
    raise AssertionError("a forged token was taken")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidToken", error
held("forged token")
