"""Encryption as boto3, or a library with its interface, asks for it. Prints one JSON line for each thing that held.

Usage: python boto-encryption.py MODULE ENDPOINT REGION BUCKET    (keys in the environment)
"""

import hashlib
import io
from base64 import b64encode
from random import Random

from boto_client import MIB, TransferConfig, bucket, expect, held, refused, single_attempt_client

s3 = single_attempt_client()
content = Random(1).randbytes(12 * MIB + 7)
in_parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
own = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
other = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"o" * 32}
told = b64encode(hashlib.md5(b"k" * 32).digest()).decode()

s3.create_bucket(Bucket=bucket)

s3.upload_fileobj(io.BytesIO(content), bucket, "file", ExtraArgs=own, Config=in_parts)
back = io.BytesIO()
s3.download_fileobj(bucket, "file", back, ExtraArgs=own, Config=in_parts)
expect(back.getvalue() == content, "the bytes that came back are others")
head = s3.head_object(Bucket=bucket, Key="file", **own)
expect(head["SSECustomerKeyMD5"] == told, "another key is told")
expect(head["ContentLength"] == len(content), "another length is told")
held("file")

refused("InvalidRequest", s3.get_object, Key="file")
refused("AccessDenied", s3.get_object, Key="file", **other)
refused("400", s3.head_object, Key="file")
refused("403", s3.head_object, Key="file", **other)
held("keys")

upload = s3.create_multipart_upload(Bucket=bucket, Key="parts", **own)
part = {"Key": "parts", "UploadId": upload["UploadId"], "PartNumber": 1, "Body": b"part"}
refused("InvalidRequest", s3.upload_part, **part)
refused("InvalidRequest", s3.upload_part, **part, **other)
answer = s3.upload_part(Bucket=bucket, **part, **own)
expect(answer["SSECustomerAlgorithm"] == "AES256", "no algorithm is told")
expect(answer["ETag"] != f'"{hashlib.md5(b"part").hexdigest()}"', "the ETag is the MD5")
source = {"CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": b"k" * 32}
s3.upload_part_copy(
    Bucket=bucket,
    Key="parts",
    UploadId=upload["UploadId"],
    PartNumber=1,
    CopySource={"Bucket": bucket, "Key": "file"},
    CopySourceRange=f"bytes=100-{6 * MIB}",
    **source,
    **own,
)
listed = s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload["UploadId"])["Parts"]
parts = [{"ETag": one["ETag"], "PartNumber": one["PartNumber"]} for one in listed]
s3.complete_multipart_upload(
    Bucket=bucket,
    Key="parts",
    UploadId=upload["UploadId"],
    MultipartUpload={"Parts": parts},
    **own,
)
got = s3.get_object(Bucket=bucket, Key="parts", **own)["Body"].read()
expect(got == content[100 : 6 * MIB + 1], "the copied range is another")
held("parts")

s3.copy_object(
    Bucket=bucket,
    Key="copy",
    CopySource={"Bucket": bucket, "Key": "file"},
    ServerSideEncryption="AES256",
    **source,
)
answer = s3.get_object(Bucket=bucket, Key="copy")
expect(answer["ServerSideEncryption"] == "AES256", "the copy does not tell its encryption")
expect(answer["Body"].read() == content, "the copy has other bytes")
held("copy")

held("everything")
