"""obstore, which is Rust's object_store in Python: puts with conditions, parts, ranges, lists, copies, signed URLs."""

import urllib.request
from datetime import timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, PreconditionError
from obstore.store import S3Store

from everyday import ACCESS_KEY, BIG, BUCKET, ENDPOINT, FILES, MIB, REGION, SECRET_KEY, WRONG_SECRET, expect, held, refused


def connect(bucket=BUCKET, secret=SECRET_KEY, **more):
    return S3Store(
        bucket,
        endpoint=ENDPOINT,
        region=REGION,
        access_key_id=ACCESS_KEY,
        secret_access_key=secret,
        client_options={"allow_http": True},
        **more,
    )


store = connect()


def read(key):
    return bytes(store.get(key).bytes())


def uploads():
    for path, data in FILES.items():
        store.put(f"tree/{path}", data, chunk_size=5 * MIB)
    expect(store.head(f"tree/{BIG}")["e_tag"].endswith('-4"'), "four parts")
    with obstore.open_writer(store, "made/written", buffer_size=5 * MIB) as writer:
        for at in range(0, len(FILES[BIG]), 1_000_000):
            writer.write(FILES[BIG][at : at + 1_000_000])
    expect(read("made/written") == FILES[BIG], "a writer")
    held("uploads in parts")


def downloads():
    for path, data in FILES.items():
        expect(read(f"tree/{path}") == data, path)
    cuts = [(0, 10), (5 * MIB - 7, 6 * MIB), (len(FILES[BIG]) - 9, len(FILES[BIG]))]
    starts, ends = [cut[0] for cut in cuts], [cut[1] for cut in cuts]
    got = store.get_ranges(f"tree/{BIG}", starts=starts, ends=ends)
    expect([bytes(piece) for piece in got] == [FILES[BIG][start:end] for start, end in cuts], "ranges")
    last = obstore.get(store, f"tree/{BIG}", options={"range": {"suffix": 100}}).bytes()
    expect(bytes(last) == FILES[BIG][-100:], "the last bytes")
    streamed = b"".join(bytes(piece) for piece in store.get(f"tree/{BIG}").stream(min_chunk_size=MIB))
    expect(streamed == FILES[BIG], "a stream")
    held("downloads")


def lists():
    found = {one["path"]: one["size"] for page in store.list("tree") for one in page}
    expect(found == {f"tree/{path}": len(data) for path, data in FILES.items()}, f"list: {found}")
    level = store.list_with_delimiter("tree")
    expect(list(level["common_prefixes"]) == ["tree/folder"] and len(level["objects"]) == 3, f"one level: {level}")
    after = [one["path"] for page in store.list("tree", offset="tree/folder") for one in page]
    expect(f"tree/{BIG}" not in after and "tree/notes.txt" in after, f"an offset: {after}")
    held("lists")


def conditions():
    store.put("made/once", b"first", mode="create")
    refused(AlreadyExistsError, store.put, "made/once", b"second", mode="create")
    first = store.head("made/once")
    store.put("made/once", b"second", mode={"e_tag": first["e_tag"]})
    refused(PreconditionError, store.put, "made/once", b"third", mode={"e_tag": first["e_tag"]})
    expect(read("made/once") == b"second", "what was allowed")
    refused(PreconditionError, obstore.get, store, "made/once", options={"if_match": first["e_tag"]})
    refused(BaseError, obstore.get, store, "made/once", options={"if_none_match": store.head("made/once")["e_tag"]})
    held("conditions")


def copies():
    odd = next(path for path in FILES if "ünï" in path)
    store.copy(f"tree/{odd}", "made/copied +")
    expect(read("made/copied +") == FILES[odd], "copied")
    store.rename("made/copied +", "made/moved")
    expect(read("made/moved") == FILES[odd], "moved")
    refused(FileNotFoundError, store.head, "made/copied +")
    careful = connect(config={"copy_if_not_exists": "multipart"})
    refused(AlreadyExistsError, careful.copy, f"tree/{odd}", "made/moved", overwrite=False)
    careful.copy(f"tree/{BIG}", "made/new", overwrite=False)
    expect(read("made/new") == FILES[BIG], "a copy to where nothing was")
    held("copies")


def attributes():
    given = {"Content-Type": "text/x-other", "Cache-Control": "no-store", "colour": "green"}
    store.put("made/described", b"x", attributes=given, tags={"kind": "a b"})
    told = store.get("made/described").attributes
    expect(dict(told) == given, f"attributes: {told}")
    held("attributes")


def signed():
    url = obstore.sign(store, "GET", "tree/notes.txt", timedelta(minutes=1))
    with urllib.request.urlopen(url) as answer:
        expect(answer.read() == FILES["notes.txt"], "a signed GET")
    url = obstore.sign(store, "PUT", "made/signed", timedelta(minutes=1))
    with urllib.request.urlopen(urllib.request.Request(url, b"by URL", method="PUT")) as answer:
        expect(answer.status == 200, "a signed PUT")
    expect(read("made/signed") == b"by URL", "what it sent")
    held("signed")


def deletes():
    store.delete("made/signed")
    made = [one["path"] for page in store.list("made") for one in page]
    expect(len(made) == 5, f"made: {made}")
    store.delete(made)
    expect(not [one for page in store.list("made") for one in page], "a batch of deletes")
    held("deletes")


def refusals():
    refused(FileNotFoundError, store.get, "nothing")
    refused(FileNotFoundError, connect("nowhere").get, "nothing")
    said = refused(PermissionDeniedError, connect(secret=WRONG_SECRET).get, "tree/notes.txt")
    expect("SignatureDoesNotMatch" in said, said)
    held("refusals")


uploads()
downloads()
lists()
conditions()
copies()
attributes()
signed()
deletes()
refusals()
