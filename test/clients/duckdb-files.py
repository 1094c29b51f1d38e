"""DuckDB with httpfs: tables written to and read from a bucket as Parquet and CSV, in parts, partitions and ranges."""

import glob
import os
import sysconfig

import duckdb

from everyday import ACCESS_KEY, BIG, BUCKET, FILES, PLACE, REGION, SECRET_KEY, SOURCE, WRONG_SECRET, expect, held, refused

rows = 450_000


def connect(secret):
    database = duckdb.connect()
    extension = os.path.join(sysconfig.get_paths()["purelib"], "duckdb_extension_httpfs/extensions/*/httpfs.duckdb_extension")
    database.execute(f"INSTALL '{glob.glob(extension)[0]}'")
    database.execute("LOAD httpfs")
    # Parts are a ten thousandth of this, and 5 MiB at least.
    database.execute("SET s3_uploader_max_filesize = '50GB'")
    database.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{ACCESS_KEY}', SECRET '{secret}', ENDPOINT '{PLACE}', "
        f"REGION '{REGION}', URL_STYLE 'path', USE_SSL false)"
    )
    return database


db = connect(SECRET_KEY)


def one(query):
    return db.execute(query).fetchone()


def blobs():
    for path, data in FILES.items():
        target = f"s3://{BUCKET}/tree/{path}".replace("'", "''")
        name = os.path.join(SOURCE, path).replace("'", "''")
        if data:
            db.execute(f"COPY (SELECT content FROM read_blob('{name}')) TO '{target}' (FORMAT blob)")
            expect(one(f"SELECT content FROM read_blob('{target}')")[0] == data, path)
    held("blobs")


def tables():
    db.execute(f"CREATE TABLE numbers AS SELECT range AS number, range % 3 AS kind, (hash(range) % 1000000007)::BIGINT AS mixed FROM range({rows})")
    wanted = one("SELECT count(*), sum(number), bit_xor(mixed) FROM numbers")
    for name, options in [("one.parquet", "FORMAT parquet"), ("one.csv", "HEADER"), ("one.csv.gz", "HEADER, COMPRESSION gzip")]:
        target = f"s3://{BUCKET}/tables/{name}"
        db.execute(f"COPY numbers TO '{target}' ({options})")
        expect(one(f"SELECT count(*), sum(number), bit_xor(mixed) FROM '{target}'") == wanted, name)
    held("tables")


def ranges():
    found = one(f"SELECT mixed FROM 's3://{BUCKET}/tables/one.parquet' WHERE number = 321321")
    expect(found == one("SELECT mixed FROM numbers WHERE number = 321321"), "one row")
    held("ranges")


def partitions():
    db.execute(f"COPY numbers TO 's3://{BUCKET}/parts' (FORMAT parquet, PARTITION_BY (kind))")
    source = f"read_parquet('s3://{BUCKET}/parts/*/*.parquet', hive_partitioning = true)"
    expect(one(f"SELECT count(*), max(number) FROM {source} WHERE kind = 2") == (rows // 3, rows - 1), "a partition")
    found = db.execute(f"SELECT file FROM glob('s3://{BUCKET}/parts/**')").fetchall()
    expect(len(found) >= 3 and all("kind=" in name for (name,) in found), f"glob: {found}")
    held("partitions")


def overwrites():
    target = f"s3://{BUCKET}/tables/small.csv"
    for value in (1, 2):
        db.execute(f"COPY (SELECT {value} AS value) TO '{target}'")
        expect(one(f"FROM '{target}'") == (value,), "overwritten")
    held("overwrites")


def refusals():
    expect("404" in refused(duckdb.Error, one, f"FROM 's3://{BUCKET}/nothing.parquet'"), "404")
    refused(duckdb.Error, db.execute, "COPY numbers TO 's3://nowhere/numbers.parquet'")
    stranger = connect(WRONG_SECRET)
    expect("403" in refused(duckdb.Error, stranger.execute, f"FROM 's3://{BUCKET}/tables/one.parquet'"), "403")
    held("refusals")


blobs()
tables()
ranges()
partitions()
overwrites()
refusals()
