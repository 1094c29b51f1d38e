"""Lets boto3 sign for somebody else, and sign with SigV2 itself. Prints one JSON object.

Usage: python boto-presigned.py ENDPOINT REGION BUCKET UPLOAD_ID    (keys in the environment)
"""

import json
import sys
from os import environ

import boto3
from botocore.config import Config

endpoint, region, bucket, upload = sys.argv[1:5]


def client(**config):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=environ["ACCESS_KEY_ID"],
        aws_secret_access_key=environ["SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def urls(s3):
    """What a page or another program is handed, by the name of its use."""
    key = {"Bucket": bucket, "Key": "boto/a key é+&.txt"}
    part = {**key, "Key": "boto/parts", "UploadId": upload, "PartNumber": 1}
    described = {"Metadata": {"colour": "red"}, "ContentType": "text/plain", "StorageClass": "STANDARD_IA"}
    renamed = {"ResponseContentDisposition": 'attachment; filename="a b.txt"', "ResponseContentType": "text/csv"}

    def sign(operation, parameters):
        return s3.generate_presigned_url(operation, Params=parameters, ExpiresIn=60)

    return {
        "put": sign("put_object", key),
        "describe": sign("put_object", {**key, **described}),
        "get": sign("get_object", key),
        "rename": sign("get_object", {**key, **renamed}),
        "head": sign("head_object", key),
        "part": sign("upload_part", part),
        "list": sign("list_objects_v2", {"Bucket": bucket, "Prefix": "boto/a"}),
        "expired": s3.generate_presigned_url("get_object", Params=key, ExpiresIn=-1),
        "delete": sign("delete_object", key),
    }


def form(s3):
    """What a page puts into a form, beside the file."""
    return s3.generate_presigned_post(
        bucket,
        "boto/${filename}",
        Fields={"acl": "private", "Content-Type": "text/plain", "success_action_status": "201"},
        Conditions=[
            {"acl": "private"},
            ["starts-with", "$Content-Type", "text/"],
            {"success_action_status": "201"},
            ["content-length-range", 1, 100],
        ],
        ExpiresIn=60,
    )


def works(s3):
    """The old signature in the header, over a day's work."""
    key = {"Bucket": bucket, "Key": "boto/v2 é"}
    s3.put_object(**key, Body=b"bytes", Metadata={"colour": "red"})
    created = s3.create_multipart_upload(Bucket=bucket, Key="boto/v2-parts")
    at = {"Bucket": bucket, "Key": "boto/v2-parts", "UploadId": created["UploadId"]}
    tag = s3.upload_part(**at, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    s3.complete_multipart_upload(**at, MultipartUpload=parts)
    s3.copy_object(Bucket=bucket, Key="boto/v2-copy", CopySource=key)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="boto/v2")
    body = s3.get_object(**key)["Body"].read().decode()
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "boto/v2-copy"}]})
    return {"keys": [found["Key"] for found in listed["Contents"]], "body": body}


usual = client()
v4 = client(signature_version="s3v4")
v2 = client(signature_version="s3")
signed = {name: {"urls": urls(s3), "form": form(s3)} for name, s3 in [("usual", usual), ("v4", v4)]}
print(json.dumps({**signed, "v2": {"urls": urls(v2), "form": form(v2)}, "works": works(v2)}))
