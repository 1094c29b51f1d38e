"""Uploads one file in parts, several at a time.

Usage: python boto-large.py MODULE ENDPOINT REGION BUCKET FILE PART_BYTES PARTS_AT_A_TIME    (keys in the environment)
"""

import importlib
import sys
from os import environ

module, endpoint, region, bucket, file, part_bytes, parts_at_a_time = sys.argv[1:8]
library = importlib.import_module(module)
TransferConfig = importlib.import_module(f"{module}.s3.transfer").TransferConfig

s3 = library.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    aws_access_key_id=environ["ACCESS_KEY_ID"],
    aws_secret_access_key=environ["SECRET_ACCESS_KEY"],
)
config = TransferConfig(
    multipart_threshold=int(part_bytes),
    multipart_chunksize=int(part_bytes),
    max_concurrency=int(parts_at_a_time),
)
s3.upload_file(file, bucket, "file", Config=config)
