"""minio-py: objects in parts, streams, ranges, lists, compose, tags, presigned URLs, batches of deletes."""

import io
import urllib.request
from datetime import timedelta

from minio import Minio
from minio.commonconfig import REPLACE, ComposeSource, CopySource, Tags
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from everyday import ACCESS_KEY, BIG, BUCKET, FILES, MIB, PLACE, SECRET_KEY, SOURCE, WRONG_SECRET, expect, held, refused

client = Minio(PLACE, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)


def read(key, **cut):
    answer = client.get_object(BUCKET, key, **cut)
    try:
        return answer.read()
    finally:
        answer.close()


def uploads():
    expect(not client.bucket_exists(BUCKET), "no bucket yet")
    client.make_bucket(BUCKET)
    for path in FILES:
        client.fput_object(BUCKET, f"tree/{path}", f"{SOURCE}/{path}", part_size=5 * MIB)
    expect(client.stat_object(BUCKET, f"tree/{BIG}").etag.endswith("-4"), "four parts")
    held("uploads in parts")


def downloads():
    for path, data in FILES.items():
        expect(read(f"tree/{path}") == data, path)
    cut = read(f"tree/{BIG}", offset=5 * MIB - 7, length=6 * MIB)
    expect(cut == FILES[BIG][5 * MIB - 7 : 11 * MIB - 7], "a range")
    client.fget_object(BUCKET, f"tree/{BIG}", "back")
    with open("back", "rb") as file:
        expect(file.read() == FILES[BIG], "a file")
    held("downloads")


def streams():
    data = FILES[BIG]
    metadata = {"colour": "grün"}
    client.put_object(BUCKET, "made/stream", io.BytesIO(data), -1, part_size=6 * MIB, metadata={"colour": "green"})
    expect(read("made/stream") == data, "a stream of no length")
    expect(client.stat_object(BUCKET, "made/stream").metadata["x-amz-meta-colour"] == "green", "metadata")
    refused(ValueError, client.put_object, BUCKET, "made/x", io.BytesIO(b""), 0, metadata=metadata)
    held("streams")


def lists():
    keys = {one.object_name for one in client.list_objects(BUCKET, prefix="tree/", recursive=True)}
    expect(keys == {f"tree/{path}" for path in FILES}, f"all keys: {keys}")
    level = [(one.object_name, one.is_dir) for one in client.list_objects(BUCKET, prefix="tree/")]
    expect(("tree/folder/", True) in level and len(level) == 4, f"one level: {level}")
    first = list(client.list_objects(BUCKET, start_after="tree/empty", use_api_v1=True, recursive=True))
    expect(first[0].object_name.startswith("tree/folder/"), "a listing of version 1")
    expect([one.name for one in client.list_buckets()] == [BUCKET], "buckets")
    held("lists")


def copies():
    odd = next(path for path in FILES if "ünï" in path)
    client.copy_object(BUCKET, "made/copied +", CopySource(BUCKET, f"tree/{odd}"))
    expect(read("made/copied +") == FILES[odd], "a copy of a name with spaces and a plus")
    client.copy_object(
        BUCKET, "made/copied +", CopySource(BUCKET, "made/copied +"), metadata={"new": "1"}, metadata_directive=REPLACE
    )
    expect(client.stat_object(BUCKET, "made/copied +").metadata["x-amz-meta-new"] == "1", "replaced metadata")
    sources = [ComposeSource(BUCKET, f"tree/{BIG}"), ComposeSource(BUCKET, "made/copied +")]
    client.compose_object(BUCKET, "made/composed", sources)
    expect(read("made/composed") == FILES[BIG] + FILES[odd], "two composed to one")
    held("copies")


def presigned():
    url = client.presigned_get_object(BUCKET, "tree/notes.txt", expires=timedelta(minutes=1))
    with urllib.request.urlopen(url) as answer:
        expect(answer.read() == FILES["notes.txt"], "a presigned GET")
    url = client.presigned_put_object(BUCKET, "made/presigned", expires=timedelta(minutes=1))
    with urllib.request.urlopen(urllib.request.Request(url, b"by URL", method="PUT")) as answer:
        expect(answer.status == 200, "a presigned PUT")
    expect(read("made/presigned") == b"by URL", "what it sent")
    held("presigned")


def tags():
    tagged = Tags.new_object_tags()
    tagged["colour"] = "green: blue"
    client.set_object_tags(BUCKET, "tree/notes.txt", tagged)
    expect(client.get_object_tags(BUCKET, "tree/notes.txt") == tagged, "tags of an object")
    client.delete_object_tags(BUCKET, "tree/notes.txt")
    expect(client.get_object_tags(BUCKET, "tree/notes.txt") is None, "no tags")
    held("tags")


def deletes():
    client.remove_object(BUCKET, "made/stream")
    made = [DeleteObject(one.object_name) for one in client.list_objects(BUCKET, prefix="made/", recursive=True)]
    expect(len(made) == 3 and not list(client.remove_objects(BUCKET, made)), "a batch of deletes")
    expect(not list(client.list_objects(BUCKET, prefix="made/")), "gone")
    held("deletes")


def refusals():
    def code(act, *words):
        return refused(S3Error, act, *words)

    expect("NoSuchKey" in code(client.get_object, BUCKET, "nothing"), "NoSuchKey")
    expect("NoSuchBucket" in code(client.get_object, "nowhere", "nothing"), "NoSuchBucket")
    expect("BucketNotEmpty" in code(client.remove_bucket, BUCKET), "BucketNotEmpty")
    stranger = Minio(PLACE, access_key=ACCESS_KEY, secret_key=WRONG_SECRET, secure=False)
    expect("SignatureDoesNotMatch" in code(stranger.list_buckets), "SignatureDoesNotMatch")
    held("refusals")


uploads()
downloads()
streams()
lists()
copies()
presigned()
tags()
deletes()
refusals()
