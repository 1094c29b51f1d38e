"""Uploads one file in parts, several at a time.

Usage: python boto-large.py MODULE ENDPOINT REGION BUCKET FILE PART_BYTES PARTS_AT_A_TIME    (keys in the environment)
"""

import sys

from boto_client import TransferConfig, bucket, client

file, part_bytes, parts_at_a_time = sys.argv[5:8]
s3 = client()
config = TransferConfig(
    multipart_threshold=int(part_bytes),
    multipart_chunksize=int(part_bytes),
    max_concurrency=int(parts_at_a_time),
)
s3.upload_file(file, bucket, "file", Config=config)
