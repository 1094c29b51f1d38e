// The AWS SDK for Java 2 with each of its HTTP clients: the synchronous one, Netty's and the common runtime (CRT). Prints
// each step that held. Every client sends the source folder, the big file of it in parts, and fetches it back.

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.BlockingInputStreamAsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

final class JavaSdk {
  static final int MIB = 1024 * 1024;
  static final URI ENDPOINT = URI.create(System.getenv("ENDPOINT"));
  static final Region REGION = Region.of(System.getenv("AWS_REGION"));
  static final String BUCKET = System.getenv("BUCKET");
  static final Path SOURCE = Path.of(System.getenv("SOURCE"));
  static final Map<String, byte[]> FILES = filesOf(SOURCE);
  static final byte[] BIG = FILES.get("big.bin");

  public static void main(String[] words) throws Exception {
    try (S3Client s3 = synchronous(System.getenv("AWS_SECRET_ACCESS_KEY"))) {
      s3.createBucket(b -> b.bucket(BUCKET));
      objects(s3);
      parts(s3);
      copiesAndTags(s3);
      presigned();
    }
    held("synchronous");
    try (S3AsyncClient s3 = netty()) {
      transfers(s3, "netty");
    }
    held("netty");
    try (S3AsyncClient s3 = commonRuntime()) {
      transfers(s3, "tree");
    }
    held("common runtime");
    try (S3Client s3 = synchronous(System.getenv("AWS_SECRET_ACCESS_KEY"))) {
      listsAndDeletes(s3);
      refusals(s3);
    }
    held("lists, deletes, refusals");
    System.exit(0);
  }

  static S3Client synchronous(String secret) {
    return S3Client.builder()
        .endpointOverride(ENDPOINT)
        .region(REGION)
        .credentialsProvider(keys(secret))
        .forcePathStyle(true)
        .build();
  }

  static S3AsyncClient netty() {
    return S3AsyncClient.builder()
        .endpointOverride(ENDPOINT)
        .region(REGION)
        .credentialsProvider(keys(System.getenv("AWS_SECRET_ACCESS_KEY")))
        .forcePathStyle(true)
        .multipartEnabled(true)
        .multipartConfiguration(b -> b.thresholdInBytes(5L * MIB).minimumPartSizeInBytes(5L * MIB))
        .build();
  }

  static S3AsyncClient commonRuntime() {
    return S3AsyncClient.crtBuilder()
        .endpointOverride(ENDPOINT)
        .region(REGION)
        .credentialsProvider(keys(System.getenv("AWS_SECRET_ACCESS_KEY")))
        .forcePathStyle(true)
        .thresholdInBytes(5L * MIB)
        .minimumPartSizeInBytes(5L * MIB)
        .build();
  }

  static AwsCredentialsProvider keys(String secret) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(System.getenv("AWS_ACCESS_KEY_ID"), secret));
  }

  static void objects(S3Client s3) {
    FILES.forEach(
        (path, bytes) -> {
          s3.putObject(b -> b.bucket(BUCKET).key("one/" + path), SOURCE.resolve(path));
          expect(Arrays.equals(bytes, read(s3, "one/" + path)), path);
        });
    byte[] cut =
        s3.getObjectAsBytes(b -> b.bucket(BUCKET).key("one/big.bin").range("bytes=6000000-6999999"))
            .asByteArray();
    expect(Arrays.equals(cut, Arrays.copyOfRange(BIG, 6_000_000, 7_000_000)), "a range");
    RequestBody unknown =
        RequestBody.fromContentProvider(() -> new ByteArrayInputStream(BIG), "text/x-other");
    s3.putObject(b -> b.bucket(BUCKET).key("made/stream"), unknown);
    expect(Arrays.equals(BIG, read(s3, "made/stream")), "a stream of no length");
  }

  static void parts(S3Client s3) {
    String key = "made/parts";
    String upload = s3.createMultipartUpload(b -> b.bucket(BUCKET).key(key)).uploadId();
    List<CompletedPart> parts =
        IntStream.of(4, 3, 2, 1)
            .mapToObj(
                number -> {
                  int from = (number - 1) * 5 * MIB;
                  byte[] part = Arrays.copyOfRange(BIG, from, Math.min(BIG.length, from + 5 * MIB));
                  String etag =
                      s3.uploadPart(
                              b -> b.bucket(BUCKET).key(key).uploadId(upload).partNumber(number),
                              RequestBody.fromBytes(part))
                          .eTag();
                  return CompletedPart.builder().partNumber(number).eTag(etag).build();
                })
            .sorted((one, other) -> one.partNumber() - other.partNumber())
            .collect(Collectors.toList());
    String etag =
        s3.completeMultipartUpload(
                b -> b.bucket(BUCKET).key(key).uploadId(upload).multipartUpload(m -> m.parts(parts)))
            .eTag();
    expect(etag.endsWith("-4\""), "four parts");
    expect(Arrays.equals(BIG, read(s3, key)), "the parts in order");
  }

  static void copiesAndTags(S3Client s3) {
    String odd = FILES.keySet().stream().filter(path -> path.contains("ünï")).findFirst().get();
    s3.copyObject(
        b ->
            b.sourceBucket(BUCKET)
                .sourceKey("one/" + odd)
                .destinationBucket(BUCKET)
                .destinationKey("made/copied +"));
    expect(Arrays.equals(FILES.get(odd), read(s3, "made/copied +")), "a copy");
    Tag tag = Tag.builder().key("colour").value("green: blue").build();
    s3.putObjectTagging(b -> b.bucket(BUCKET).key("made/copied +").tagging(t -> t.tagSet(tag)));
    List<Tag> tags = s3.getObjectTagging(b -> b.bucket(BUCKET).key("made/copied +")).tagSet();
    expect(tags.equals(List.of(tag)), "tags: " + tags);
  }

  static void presigned() throws IOException {
    try (S3Presigner presigner =
        S3Presigner.builder()
            .endpointOverride(ENDPOINT)
            .region(REGION)
            .credentialsProvider(keys(System.getenv("AWS_SECRET_ACCESS_KEY")))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .build()) {
      var url =
          presigner.presignGetObject(
              p ->
                  p.signatureDuration(Duration.ofMinutes(1))
                      .getObjectRequest(g -> g.bucket(BUCKET).key("one/notes.txt")));
      try (var stream = url.url().openStream()) {
        expect(Arrays.equals(FILES.get("notes.txt"), stream.readAllBytes()), "a presigned GET");
      }
    }
  }

  /** A folder up and down, a stream of no length, a big object fetched in ranges. */
  static void transfers(S3AsyncClient s3, String prefix) throws IOException {
    try (S3TransferManager manager = S3TransferManager.builder().s3Client(s3).build()) {
      var up = manager.uploadDirectory(u -> u.source(SOURCE).bucket(BUCKET).s3Prefix(prefix));
      var failedUp = up.completionFuture().join().failedTransfers();
      expect(failedUp.isEmpty(), "uploads: " + failedUp);
      Path back = Files.createTempDirectory(Path.of(""), "back");
      var down =
          manager.downloadDirectory(
              d ->
                  d.destination(back)
                      .bucket(BUCKET)
                      .listObjectsV2RequestTransformer(l -> l.prefix(prefix + "/")));
      var failedDown = down.completionFuture().join().failedTransfers();
      expect(failedDown.isEmpty(), "downloads: " + failedDown);
      Map<String, byte[]> files = filesOf(back);
      expect(files.keySet().equals(FILES.keySet()), "files: " + files.keySet());
      files.forEach((path, bytes) -> expect(Arrays.equals(bytes, FILES.get(path)), path));
    }
    BlockingInputStreamAsyncRequestBody body = AsyncRequestBody.forBlockingInputStream(null);
    var put = s3.putObject(b -> b.bucket(BUCKET).key("made/" + prefix), body);
    body.writeInputStream(new ByteArrayInputStream(BIG));
    put.join();
    byte[] read =
        s3.getObject(
                b -> b.bucket(BUCKET).key("made/" + prefix), AsyncResponseTransformer.toBytes())
            .join()
            .asByteArray();
    expect(Arrays.equals(BIG, read), "a stream of no length");
    try {
      s3.headObject(b -> b.bucket(BUCKET).key("nothing")).join();
      expect(false, "nothing is there");
    } catch (CompletionException failure) {
      expect(failure.getCause() instanceof NoSuchKeyException, "NoSuchKey: " + failure.getCause());
    }
  }

  static void listsAndDeletes(S3Client s3) {
    List<String> made = keysOf(s3, "made/");
    expect(made.size() == 5, "made: " + made);
    expect(keysOf(s3, "tree/").size() == FILES.size(), "tree");
    s3.deleteObject(b -> b.bucket(BUCKET).key(made.get(0)));
    List<ObjectIdentifier> rest =
        made.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    s3.deleteObjects(b -> b.bucket(BUCKET).delete(d -> d.objects(rest)));
    expect(keysOf(s3, "made/").isEmpty(), "deleted");
  }

  /** Two keys a page, so that there are several pages. */
  static List<String> keysOf(S3Client s3, String prefix) {
    return s3
        .listObjectsV2Paginator(b -> b.bucket(BUCKET).prefix(prefix).maxKeys(2))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  static void refusals(S3Client s3) {
    refused("NoSuchKey", () -> read(s3, "nothing"));
    refused("NoSuchBucket", () -> s3.listObjectsV2(b -> b.bucket("nowhere")));
    refused("BucketNotEmpty", () -> s3.deleteBucket(b -> b.bucket(BUCKET)));
    try (S3Client stranger = synchronous(System.getenv("WRONG_SECRET"))) {
      refused("SignatureDoesNotMatch", stranger::listBuckets);
    }
  }

  static void refused(String code, Runnable act) {
    try {
      act.run();
    } catch (S3Exception error) {
      expect(code.equals(error.awsErrorDetails().errorCode()), code + ": " + error.getMessage());
      return;
    }
    expect(false, "was not refused: " + code);
  }

  static byte[] read(S3Client s3, String key) {
    return s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray();
  }

  static Map<String, byte[]> filesOf(Path folder) {
    Map<String, byte[]> files = new TreeMap<>();
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList())
        files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return files;
  }

  static void held(String what) {
    System.out.println(what);
  }

  static void expect(boolean condition, String what) {
    if (condition) return;
    System.err.println("did not hold: " + what);
    System.exit(1);
  }
}
