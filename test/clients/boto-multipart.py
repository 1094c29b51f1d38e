"""What boto3, or a library with its interface, is asked to do. Prints one JSON line for each thing that held.

Usage: python boto-multipart.py MODULE ENDPOINT REGION BUCKET    (keys in the environment)
"""

import hashlib
import io
import tempfile
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from random import Random

from boto_client import MIB, TransferConfig, bucket, expect, held, refused, single_attempt_client

s3 = single_attempt_client()


def random_bytes(seed, size):
    return Random(seed).randbytes(size)


def md5(data):
    return hashlib.md5(data).digest()


def create(key):
    return {"Key": key, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]}


def put(upload, number, data, **more):
    answer = s3.upload_part(Bucket=bucket, PartNumber=number, Body=data, **upload, **more)
    expect(answer["ETag"] == f'"{md5(data).hex()}"', "the ETag of a part is its MD5")
    return {"PartNumber": number, "ETag": answer["ETag"]}


def complete(upload, parts):
    return s3.complete_multipart_upload(
        Bucket=bucket, MultipartUpload={"Parts": parts}, **upload
    )


def read(key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


PARTS = [random_bytes(1, 6 * MIB + 1), random_bytes(2, 5 * MIB), random_bytes(3, MIB + 7)]


def uploads_parts():
    upload = create("whole")
    jobs = [(3, PARTS[2]), (2, random_bytes(9, 5 * MIB + 3)), (1, PARTS[0])]
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda job: put(upload, *job), jobs))
    second = put(upload, 2, PARTS[1])
    parts = [done[2], second, done[0]]

    listed = s3.list_parts(Bucket=bucket, **upload)["Parts"]
    expect([{k: p[k] for k in ("PartNumber", "ETag")} for p in listed] == parts, "list_parts")
    expect([p["Size"] for p in listed] == [len(p) for p in PARTS], "sizes in list_parts")
    pages = s3.get_paginator("list_parts").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": 1}, **upload
    )
    expect([p["PartNumber"] for page in pages for p in page["Parts"]] == [1, 2, 3], "pages")
    uploads = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    expect([u["UploadId"] for u in uploads] == [upload["UploadId"]], "list_multipart_uploads")
    held("lists")

    etag = hashlib.md5(b"".join(md5(p) for p in PARTS)).hexdigest() + "-3"
    expect(complete(upload, parts)["ETag"] == f'"{etag}"', "the ETag of the object")
    whole = b"".join(PARTS)
    expect(read("whole") == whole, "read back")
    first, last = 6 * MIB - 5, len(whole) - MIB
    expect(read("whole", Range=f"bytes={first}-{last}") == whole[first : last + 1], "range")
    expect(s3.head_object(Bucket=bucket, Key="whole")["ContentLength"] == len(whole), "head")
    held("parts")


def uploads_file():
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=8)
    data = random_bytes(4, 32 * MIB + 13)
    seen, lock = [], threading.Lock()

    def progress(count):
        with lock:
            seen.append(count)

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        s3.upload_file(file.name, bucket, "file", Config=config, Callback=progress)
    expect(sum(seen) == len(data), "progress counts every byte once")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "file", back, Config=config)
    expect(back.getvalue() == data, "download_fileobj")
    expect(s3.head_object(Bucket=bucket, Key="file")["ETag"].endswith('-7"'), "seven parts")
    held("file")


def digests():
    upload = create("digest")
    digest = b64encode(md5(PARTS[2])).decode()
    put(upload, 1, PARTS[2], ContentMD5=digest, ContentLength=len(PARTS[2]))
    refused("BadDigest", s3.upload_part, PartNumber=2, Body=PARTS[1], ContentMD5=digest, **upload)
    listed = s3.list_parts(Bucket=bucket, **upload)["Parts"]
    expect([p["PartNumber"] for p in listed] == [1], "what was refused is not kept")
    held("BadDigest")


def part_lists():
    upload = create("lists")
    small, large = put(upload, 1, PARTS[2]), put(upload, 2, PARTS[1])
    wrong = {"PartNumber": 2, "ETag": small["ETag"]}
    never = {"PartNumber": 9, "ETag": large["ETag"]}
    lists = [
        ("EntityTooSmall", [small, large]),
        ("InvalidPartOrder", [large, small]),
        ("InvalidPart", [wrong]),
        ("InvalidPart", [large, never]),
    ]
    for code, parts in lists:
        refused(code, s3.complete_multipart_upload, MultipartUpload={"Parts": parts}, **upload)
        held(code)
    complete(upload, [large])
    expect(read("lists") == PARTS[1], "a subset of the parts completes")


def aborts():
    upload = create("aborted")
    put(upload, 1, PARTS[2])
    s3.abort_multipart_upload(Bucket=bucket, **upload)
    refused("NoSuchUpload", s3.upload_part, PartNumber=1, Body=b"late", **upload)
    refused("NoSuchUpload", s3.list_parts, **upload)
    held("NoSuchUpload")


def owners():
    upload = create("owner")
    arguments = {"PartNumber": 1, "Body": b"x", "RequestPayer": "requester", **upload}
    s3.upload_part(Bucket=bucket, **arguments)
    refused("AccessDenied", s3.upload_part, ExpectedBucketOwner="999999999999", **arguments)
    held("ExpectedBucketOwner")


s3.create_bucket(Bucket=bucket)
uploads_parts()
uploads_file()
digests()
part_lists()
aborts()
owners()
held("everything")
