"""Arrow's S3 file system, made with the AWS SDK for C++: streams, random access, listings, data sets in Parquet."""

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from everyday import ACCESS_KEY, BIG, BUCKET, FILES, MIB, PLACE, REGION, SECRET_KEY, WRONG_SECRET, expect, held, refused


def connect(secret):
    return fs.S3FileSystem(
        access_key=ACCESS_KEY,
        secret_key=secret,
        endpoint_override=PLACE,
        scheme="http",
        region=REGION,
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
    )


s3 = connect(SECRET_KEY)


def read(path):
    with s3.open_input_stream(path) as stream:
        return stream.read()


def uploads():
    s3.create_dir(BUCKET)
    for path, data in FILES.items():
        with s3.open_output_stream(f"{BUCKET}/tree/{path}", buffer_size=5 * MIB) as stream:
            for at in range(0, len(data), 1_000_000):
                stream.write(data[at : at + 1_000_000])
    held("uploads in parts")


def downloads():
    for path, data in FILES.items():
        expect(read(f"{BUCKET}/tree/{path}") == data, path)
    with s3.open_input_file(f"{BUCKET}/tree/{BIG}") as file:
        expect(file.size() == len(FILES[BIG]), "size")
        expect(file.read_at(6 * MIB, 5 * MIB - 7) == FILES[BIG][5 * MIB - 7 : 11 * MIB - 7], "a range")
    held("downloads")


def lists():
    found = s3.get_file_info(fs.FileSelector(f"{BUCKET}/tree", recursive=True))
    files = {one.path: one.size for one in found if one.type == fs.FileType.File}
    expect(files == {f"{BUCKET}/tree/{path}": len(data) for path, data in FILES.items()}, f"files: {files}")
    folders = sorted(one.path for one in found if one.type == fs.FileType.Directory)
    expect(folders == [f"{BUCKET}/tree/folder", f"{BUCKET}/tree/folder/inner"], f"folders: {folders}")
    nothing = s3.get_file_info(f"{BUCKET}/nothing")
    expect(nothing.type == fs.FileType.NotFound, "what is not there")
    held("lists")


def copies():
    odd = next(path for path in FILES if "ünï" in path)
    s3.copy_file(f"{BUCKET}/tree/{odd}", f"{BUCKET}/made/copied +")
    s3.move(f"{BUCKET}/made/copied +", f"{BUCKET}/made/moved")
    expect(read(f"{BUCKET}/made/moved") == FILES[odd], "moved")
    with s3.open_output_stream(f"{BUCKET}/made/moved", metadata={"Content-Type": "text/x-other"}) as stream:
        stream.write(b"other")
    with s3.open_input_stream(f"{BUCKET}/made/moved") as stream:
        expect(stream.read() == b"other", "overwritten")
        expect(stream.metadata().get("Content-Type") == b"text/x-other", f"its type: {stream.metadata()}")
    held("copies")


def data_sets():
    count = 400_000
    table = pa.table({"number": list(range(count)), "kind": [f"k{at % 3}" for at in range(count)]})
    ds.write_dataset(table, f"{BUCKET}/set", format="parquet", partitioning=["kind"], filesystem=s3)
    back = ds.dataset(f"{BUCKET}/set", format="parquet", partitioning=["kind"], filesystem=s3)
    expect(back.count_rows() == count, "rows")
    some = back.to_table(filter=(ds.field("number") >= 399_990) & (ds.field("kind") == "k1"), columns=["number"])
    expect(sorted(some["number"].to_pylist()) == [399_991, 399_994, 399_997], "a filter on a few ranges")
    pq.write_table(table, f"{BUCKET}/one.parquet", filesystem=s3)
    expect(pq.read_table(f"{BUCKET}/one.parquet", filesystem=s3).equals(table), "one file")
    held("data sets")


def deletes():
    s3.delete_file(f"{BUCKET}/one.parquet")
    for folder in ("made", "set"):
        s3.delete_dir(f"{BUCKET}/{folder}")
        expect(s3.get_file_info(f"{BUCKET}/{folder}").type == fs.FileType.NotFound, f"{folder} is gone")
    held("deletes")


def refusals():
    refused(FileNotFoundError, s3.open_input_stream, f"{BUCKET}/nothing")
    expect("NO_SUCH_BUCKET" in refused(OSError, s3.get_file_info, fs.FileSelector("nowhere")), "NO_SUCH_BUCKET")
    said = refused(OSError, connect(WRONG_SECRET).get_file_info, fs.FileSelector(BUCKET))
    expect("SIGNATURE_DOES_NOT_MATCH" in said or "signature we calculated" in said, said)
    held("refusals")


uploads()
downloads()
lists()
copies()
data_sets()
deletes()
refusals()
