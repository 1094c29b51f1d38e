"""ibm_boto3 against a server that speaks as IBM Cloud Object Storage; prints what it was answered."""

import os
import sys

import ibm_boto3
from ibm_botocore.exceptions import ClientError

endpoint, region = sys.argv[1:]
client = ibm_boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name=region,
    aws_access_key_id=os.environ["ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["SECRET_ACCESS_KEY"],
)


def refused(name, call, **members):
    try:
        call(**members)
        print(name, "answered")
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        print(name, error.response["Error"]["Code"], status)


for bucket, place in (("cold-one", "us-cold"), ("standard-one", "us-standard")):
    client.create_bucket(
        Bucket=bucket,
        IBMServiceInstanceId="crn:v1:anything",
        CreateBucketConfiguration={"LocationConstraint": place},
    )
print("location", client.get_bucket_location(Bucket="cold-one")["LocationConstraint"])

marker = ""
while True:
    page = client.list_buckets_extended(MaxKeys=1, Marker=marker)
    for bucket in page["Buckets"]:
        template = bucket.get("CreationTemplateId")
        print("extended", bucket["Name"], bucket["LocationConstraint"], template, page["IsTruncated"])
    if not page["IsTruncated"]:
        break
    marker = page["NextMarker"]

Bucket, Key = "cold-one", "parts"
ignored = {"ExpectedBucketOwner": "999999999999", "RequestPayer": "requester"}
client.put_object(Bucket=Bucket, Key="kept", Body=b"kept", **ignored)
assert client.get_object(Bucket=Bucket, Key="kept", **ignored)["Body"].read() == b"kept"
print("ignored")

upload = client.create_multipart_upload(Bucket=Bucket, Key=Key, **ignored)["UploadId"]
bodies = [b"a" * (5 << 20), b"the end"]
parts = []
for number, body in enumerate(bodies, 1):
    part = client.upload_part(
        Bucket=Bucket, Key=Key, UploadId=upload, PartNumber=number, Body=body, **ignored
    )
    assert "SSEKMSKeyId" not in part and "RequestCharged" not in part, part
    parts.append({"PartNumber": number, "ETag": part["ETag"]})
done = client.complete_multipart_upload(
    Bucket=Bucket, Key=Key, UploadId=upload, MultipartUpload={"Parts": parts}, **ignored
)
assert done["Bucket"] == Bucket and done["Key"] == Key and done["ETag"].endswith('-2"'), done
assert client.get_object(Bucket=Bucket, Key=Key)["Body"].read() == b"".join(bodies)
print("parts")

refused("protection", client.get_bucket_protection_configuration, Bucket=Bucket)
refused("holds", client.list_legal_holds, Bucket=Bucket, Key="kept")
refused("retention", client.put_object, Bucket=Bucket, Key="r", Body=b"x", RetentionPeriod=60)
refused("aspera", client.get_bucket_aspera, Bucket=Bucket)
refused("long", client.get_object, Bucket=Bucket, Key="k" * 1025)
