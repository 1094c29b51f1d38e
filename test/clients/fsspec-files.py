"""s3fs of fsspec: a bucket as a file system in Python: folders up and down, open files, cat, find, move, remove."""

import os

import s3fs

from everyday import ACCESS_KEY, BIG, BUCKET, ENDPOINT, FILES, MIB, SECRET_KEY, SOURCE, WRONG_SECRET, expect, held, refused

fs = s3fs.S3FileSystem(key=ACCESS_KEY, secret=SECRET_KEY, endpoint_url=ENDPOINT, use_listings_cache=False)


def uploads():
    fs.mkdir(BUCKET)
    fs.put(f"{SOURCE}/", f"{BUCKET}/tree/", recursive=True, chunksize=5 * MIB)
    expect(fs.info(f"{BUCKET}/tree/{BIG}")["ETag"].endswith('-4"'), "four parts")
    held("uploads in parts")


def downloads():
    fs.get(f"{BUCKET}/tree/", "back/", recursive=True)
    for path, data in FILES.items():
        with open(os.path.join("back", path), "rb") as file:
            expect(file.read() == data, path)
    start, end = 5 * MIB - 7, 11 * MIB
    expect(fs.cat_file(f"{BUCKET}/tree/{BIG}", start=start, end=end) == FILES[BIG][start:end], "a range")
    held("downloads")


def open_files():
    data = FILES[BIG]
    with fs.open(f"{BUCKET}/made/written", "wb", block_size=5 * MIB) as file:
        for at in range(0, len(data), 1_000_000):
            file.write(data[at : at + 1_000_000])
    with fs.open(f"{BUCKET}/made/written", "rb", block_size=MIB) as file:
        file.seek(9_000_000)
        expect(file.read(1000) == data[9_000_000:9_001_000], "a seek")
        file.seek(0)
        expect(file.read() == data, "the whole")
    with fs.open(f"{BUCKET}/made/written", "ab") as file:
        file.write(b"and more")
    expect(fs.cat_file(f"{BUCKET}/made/written") == data + b"and more", "an appended file")
    held("open files")


def lists():
    found = fs.find(f"{BUCKET}/tree")
    expect(sorted(found) == sorted(f"{BUCKET}/tree/{path}" for path in FILES), f"find: {found}")
    expect(len(fs.ls(f"{BUCKET}/tree")) == 4, "one level")
    expect(fs.du(f"{BUCKET}/tree") == sum(map(len, FILES.values())), "du")
    expect(len(fs.glob(f"{BUCKET}/tree/folder/*.txt")) == 2, "glob")
    expect(fs.isdir(f"{BUCKET}/tree/folder") and not fs.exists(f"{BUCKET}/tree/nothing"), "kinds")
    held("lists")


def moves():
    odd = next(path for path in FILES if "ünï" in path)
    fs.copy(f"{BUCKET}/tree/{odd}", f"{BUCKET}/made/{odd}")
    fs.mv(f"{BUCKET}/made/{odd}", f"{BUCKET}/made/moved ü+.txt")
    expect(fs.cat_file(f"{BUCKET}/made/moved ü+.txt") == FILES[odd], "moved")
    expect(not fs.exists(f"{BUCKET}/made/{odd}"), "away from where it was")
    fs.pipe_file(f"{BUCKET}/made/moved ü+.txt", b"other")
    expect(fs.cat_file(f"{BUCKET}/made/moved ü+.txt") == b"other", "overwritten")
    fs.setxattr(f"{BUCKET}/made/moved ü+.txt", colour="green")
    expect(fs.getxattr(f"{BUCKET}/made/moved ü+.txt", "colour") == "green", "metadata")
    held("moves")


def deletes():
    fs.rm(f"{BUCKET}/made", recursive=True)
    expect(not fs.exists(f"{BUCKET}/made"), "gone")
    held("deletes")


def refusals():
    refused(FileNotFoundError, fs.cat_file, f"{BUCKET}/nothing")
    refused(FileNotFoundError, fs.ls, "nowhere")
    stranger = s3fs.S3FileSystem(key=ACCESS_KEY, secret=WRONG_SECRET, endpoint_url=ENDPOINT)
    said = refused(PermissionError, stranger.ls, BUCKET)
    expect("signature we calculated does not match" in said, said)
    refused(FileExistsError, fs.pipe_file, f"{BUCKET}/tree/notes.txt", b"x", mode="create")
    held("refusals")


uploads()
downloads()
open_files()
lists()
moves()
deletes()
refusals()
